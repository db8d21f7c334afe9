import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
from PIL import Image
from sqlalchemy import select, update

from app.config import Settings
from app.diary.photo_actions import sweep_photos
from app.entities.part_models import Contact, Proposal
from app.entities.proposal_actions import propose_change
from app.kit.db import Database
from app.kit.files import Files
from app.products.models import Product
from app.products.proposing import differences
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

FIELDS = {
    "name": "Tôm khô đất",
    "net_content": "500 g",
    "ingredients": "Tôm đất 98 %, muối",
    "story": "",
}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô đất", picture=False)


def photo() -> bytes:
    out = BytesIO()
    Image.frombytes("RGB", (8, 6), os.urandom(144)).resize((400, 300)).save(out, "JPEG")
    return out.getvalue()


def propose(client: Client, product: Product, *pictures: bytes, **fields: str) -> Client:
    files = {f"picture_{n}": ("a.jpg", one, "image/jpeg") for n, one in enumerate(pictures, 1)}
    path = f"/app/products/{product.id}/propose"
    sent = client.post(path, data=FIELDS | fields, files=files or {"picture_1": ("", b"")})
    assert sent.status_code == 303, sent.text
    return client


def last(database: Database) -> Proposal:
    with database.begin(write=False) as db:
        return db.scalars(select(Proposal).order_by(Proposal.id.desc()).limit(1)).one()


def decide(officer: Client, found: Proposal, **fields: str) -> tuple[int, str]:
    path = f"/office/proposals/{found.id}"
    seen = officer.get(path).text.partition('name="seen" value="')[2][:16]
    act = "refuse" if "reason" in fields else "accept"
    answer = officer.post(f"{path}/{act}", data={"seen": seen} | fields)
    return answer.status_code, answer.text


def test_fields_and_a_picture_go_live_once_an_officer_accepts(
    visit: Visit, cast: Cast, product: Product, database: Database, settings: Settings, clock: Clock
) -> None:
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    page = f"/app/products/{product.id}"
    assert "Ảnh sản phẩm" in owner.get(page).text
    propose(owner, product, photo(), shelf_life="12 tháng", note="Nhãn mới")
    found = last(database)
    assert set(found.after) - {"ingredients", "shelf_life"} == {
        key for key in found.after if key.startswith("picture:")
    }
    name = next(key for key in found.after if "picture:" in key).removeprefix("picture:")
    with database.begin() as db:
        later = clock.now + timedelta(days=900)
        os.utime(Files(settings.files).path(f"{name}-160.webp"), (0, 0))
        sweep_photos(db, files=Files(settings.files), now=later)
    mine = f"/proposals/{found.id}/{name}-160.webp"
    assert visit().get(f"/pictures/{name}-160.webp").status_code == 404
    seen = [visit(page=one).get(mine).status_code for one in (cast.owner, cast.officer)]
    assert [*seen, visit(page=cast.outsider).get(mine).status_code] == [200, 200, 404]
    assert owner.get(f"/proposals/{found.id}/{'0' * 64}-160.webp").status_code == 404
    assert "12 tháng" not in visit().get(f"/p/{product.id}").text
    listed = officer.get("/office/proposals").text
    assert "Thời hạn sử dụng" in listed
    assert f'href="/office/proposals/{found.id}"' in listed
    assert decide(officer, found)[0] == 303
    assert visit().get(f"/pictures/{name}-160.webp").status_code == 200
    assert "12 tháng" in visit().get(f"/p/{product.id}").text
    assert "Đã chấp nhận" in owner.get(page).text
    assert decide(officer, found)[0] == 422


def test_a_second_proposal_takes_the_place_of_the_first_and_keeps_its_pictures(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    first = last(database) if propose(owner, product, photo()) else None
    form = owner.get(f"/app/products/{product.id}/propose").text
    assert "Tôm đất 98 %" in form
    assert "Ảnh đang chờ duyệt" in form
    propose(owner, product, photo(), photo(), brand="Rạch Gốc")
    second = last(database)
    propose(owner, product, brand="Rạch Gốc")
    assert last(database).id == second.id, "the same again, as by a double press"
    assert first is not None
    assert sum("picture:" in key for key in second.after) == 3
    assert decide(officer, first)[0] == 422
    struck = next(key for key in first.after if "picture:" in key)
    propose(owner, product, **{f"drop.{struck}": "on"})
    assert sum("picture:" in key for key in last(database).after) == 2
    assert decide(officer, last(database), reason=" ")[0] == 422
    assert decide(officer, last(database), reason="Ảnh mờ")[0] == 303
    assert "Ảnh mờ" in owner.get(f"/app/products/{product.id}").text
    propose(owner, product, name="Tôm khô")
    back = f"/app/proposals/{last(database).id}/withdraw"
    assert [owner.post(back).status_code for _ in range(2)] == [303, 409]
    unchanged = {"name": product.name, "net_content": product.net_content}
    nothing = owner.post(f"/app/products/{product.id}/propose", data=unchanged)
    assert (nothing.status_code, "Chưa có gì thay đổi" in nothing.text) == (422, True)
    wrong = owner.post(
        f"/app/products/{product.id}/propose",
        data=FIELDS | {"name": ""},
        files={"picture_2": ("a.jpg", b"no picture", "image/jpeg")},
    )
    assert (wrong.status_code, 'id="picture_2-wrong"' in wrong.text) == (422, True)


def test_an_officer_never_accepts_what_changed_unseen(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    found = last(database) if propose(owner, product) else None
    assert found is not None
    path = f"/office/proposals/{found.id}"
    seen = officer.get(path).text.partition('name="seen" value="')[2][:16]
    with database.begin() as db:
        db.execute(update(Product).values(ingredients="Tôm đất 100 %"))
    refused = officer.post(f"{path}/accept", data={"seen": seen})
    assert refused.status_code == 422
    assert "▲" in refused.text
    assert "Tôm đất 100 %" in refused.text
    with database.begin(write=False) as db:
        assert db.get_one(Proposal, found.id).state == "waiting"
    assert decide(officer, found)[0] == 303
    with database.begin(write=False) as db:
        assert db.get_one(Product, product.id).ingredients == FIELDS["ingredients"]


def test_contacts_and_the_way_to_reach_an_entity_are_proposed_too(
    visit: Visit, cast: Cast, database: Database
) -> None:
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    with database.begin() as db:
        kept, gone = (
            Contact(entity_id=cast.entity.id, name=name, phone="0912", created_at=make.NOW)
            for name in ("Anh Ba", "Cô Tư")
        )
        db.add_all([kept, gone])
        db.flush()
    path = f"/app/entities/{cast.entity.id}"
    form = {
        "address": "Ấp Mũi",
        "website": "https://ocop.test",
        f"contact:{kept.id}.name": "Anh Ba",
        f"contact:{kept.id}.phone": "0913",
        f"contact:{gone.id}.gone": "on",
        "contact:new.name": "Chị Năm",
    }
    wrong = owner.post(f"{path}/propose", data=form | {"website": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert all(f'id="{name}-wrong"' in wrong.text for name in ("website", "contact:new.phone"))
    sent = owner.post(f"{path}/propose", data=form | {"contact:new.email": "nam@ocop.test"})
    assert sent.status_code == 303
    assert "0913" in owner.get(path).text
    colleague = visit(page=cast.colleague)
    assert not re.search(r"\b091\d", colleague.get(path).text)
    assert colleague.get(f"{path}/propose").status_code == 403
    assert decide(officer, last(database))[0] == 303
    with database.begin(write=False) as db:
        query = select(Contact).where(Contact.retired_on.is_(None)).order_by(Contact.id)
        there = [(one.name, one.phone or one.email) for one in db.scalars(query)]
    assert there == [("Anh Ba", "0913"), ("Chị Năm", "nam@ocop.test")]


def test_two_who_propose_at_once_leave_one_that_waits(racing_database: Database) -> None:
    with racing_database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity)
        people = [make.person(db, f"Chủ {n}", entity=entity).actor for n in range(4)]
    start = Barrier(len(people))

    def send(number: int) -> None:
        start.wait()
        with racing_database.begin() as db:
            propose_change(
                db,
                actor=people[number],
                now=make.NOW,
                entity_id=entity.id,
                subject=("product", product.id),
                before={"name": "a"},
                after={"name": f"b{number}"},
            )

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(send, range(len(people))))
    with racing_database.begin() as db:
        mine = select(Proposal.state).where(Proposal.entity_id == entity.id)
        states = sorted(db.scalars(mine))
    assert states == ["waiting", *["withdrawn"] * 3]


def test_only_what_differs_is_proposed() -> None:
    now = {"name": "A", "brand": "", "contact:1": {"name": "x"}}
    wanted = {"name": "A", "brand": "B", "story": "", "contact:1": None}
    before, after = differences(now, wanted)
    assert before == {"brand": "", "contact:1": {"name": "x"}}
    assert after == {"brand": "B", "contact:1": None}
