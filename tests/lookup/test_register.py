"""The public register: what is found, in which order, and what is no longer told."""

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from re import findall, search
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.diary.models import LotNotice, ProductNotice
from app.entities.part_models import Consent, Contact, Facility, FacilityCode
from app.kit.db import Database
from app.kit.text import fold
from app.products.models import OcopCertificate
from app.rights.models import RightProduct
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene

YESTERDAY = make.TODAY - timedelta(days=1)


def names(page: str) -> list[str]:
    """Return the names of the listed rows, in their order."""
    return [unescape(one) for one in findall(r'<li class="item"><a href="[^"]+">([^<]+)<', page)]


@pytest.fixture
def ask(visit: Visit) -> Callable[[str], list[str]]:
    def asked(path: str) -> list[str]:
        answer = visit().get(path)
        assert answer.status_code == 200, path
        return names(answer.text)

    return asked


@pytest.fixture
def shelf(scene: Scene, database: Database) -> Scene:
    """The scene's product among others: a marked one, an old one, one of a dissolved producer."""
    with database.begin() as db:
        honey = make.product(
            db, of=scene.cast.other, name="Mật ong U Minh", gtin="08936012340016", own_code="MO-1"
        )
        mark = make.right(
            db,
            type="trademark",
            sign="U Minh",
            owner_entity_id=scene.cast.other.id,
            expires_on=date(2035, 1, 1),
        )
        db.add(RightProduct(right_id=mark.id, product_id=honey.id))
        certify(db, honey.id, 5, valid_from=date(2024, 1, 1))
        certify(db, honey.id, 3, valid_from=date(2020, 1, 1), valid_to=YESTERDAY)
        make.product(db, of=scene.cast.other, name="Ba khía muối", status="retired")
        gone = make.entity(db, name="Tổ hợp tác Cũ", status="dissolved", dissolved_on=YESTERDAY)
        lapsed = make.product(db, of=gone, name="Cá khô Cũ")
        make.use_right(db, of=make.right(db), product=lapsed, valid_to=YESTERDAY)
    return scene


def certify(
    db: Session, product_id: int, stars: int, *, valid_from: date, valid_to: date = date(2030, 1, 1)
) -> None:
    db.add(
        OcopCertificate(
            product_id=product_id,
            stars=stars,
            decision_no="1/QĐ",
            issuer="UBND tỉnh",
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )


def test_products_are_found_by_words_codes_and_what_is_in_force(
    shelf: Scene, ask: Callable[[str], list[str]]
) -> None:
    prawn, honey = shelf.product.name, "Mật ong U Minh"
    assert ask("/products") == [honey, prawn]
    assert ask("/products?sort=newest") == [honey, prawn]
    found = {
        "q=TOM+KHO": [prawn],
        "q=kho+dat+mui": [prawn],
        f"q={fold(shelf.cast.entity.name)}": [prawn],
        "q=8936012340016": [honey],
        "q=MO-1": [honey],
        "q=%00%FF%25_": [],
        "q=mat+ong+rach+goc": [],
        "stars=4": [prawn],
        "stars=5": [honey],
        "stars=3": [],
        "right=gi": [prawn],
        "right=mark": [honey],
        "right=any": [honey, prawn],
        f"commune={make.DAT_MUI}&q=tom": [prawn],
        "commune=00001": [],
        "all=1&q=cu": ["Cá khô Cũ"],
        "all=1&q=ba+khia": ["Ba khía muối"],
        "q=ba+khia": [],
    }
    assert {query: ask(f"/products?{query}") for query in found} == found


@pytest.mark.usefixtures("shelf")
def test_a_list_that_is_asked_for_wrongly_says_so(visit: Visit) -> None:
    for query in ("stars=9", "right=x", "sort=price", "commune=abc", "after=x", "q=" + "x" * 121):
        answer = visit().get(f"/products?{query}")
        assert answer.status_code == 422, query
        assert "set-cookie" not in answer.headers
    empty = visit().get("/products?q=zzz")
    assert "Không có sản phẩm nào phù hợp" in empty.text
    assert "noindex" in empty.text
    first = visit().get("/products")
    assert '<link rel="canonical" href="https://ocop.test/products">' in first.text
    assert "noindex" not in first.text


def test_producers_are_listed_with_what_they_make_and_dissolved_ones_on_request(
    shelf: Scene, ask: Callable[[str], list[str]], database: Database, visit: Visit
) -> None:
    with database.begin() as db:
        idle = make.entity(db, name="Chưa có sản phẩm")
    both = sorted((shelf.cast.entity.name, shelf.cast.other.name), key=fold)
    assert ask("/entities") == both
    assert ask("/entities?all=1&q=cu") == ["Tổ hợp tác Cũ"]
    assert ask("/entities?kind=company") == []
    assert visit().get(f"/e/{idle.id}").status_code == 404


def test_a_producers_page_shows_what_is_in_force_and_nothing_private(
    shelf: Scene, visit: Visit, database: Database
) -> None:
    maker = shelf.cast.entity
    with database.begin() as db:
        found = db.merge(maker)
        found.tax_no, found.representative, found.phone = "079123456789", "Bà Riêng", "0912345678"
        pond = Facility(
            entity_id=maker.id,
            name="Vuông tôm 1",
            folded="vuong tom 1",
            commune_code=make.DAT_MUI,
            address="Nhà bà Riêng",
            latitude=8.61,
            longitude=104.72,
            location_code="KIN-1",
            created_at=make.NOW,
            updated_at=make.NOW,
        )
        db.add(pond)
        db.flush()
        db.add(FacilityCode(facility_id=pond.id, scheme="pond", code="CM-07", issuer="Chi cục"))
        old = {"scheme": "pond", "code": "CM-OLD", "valid_to": YESTERDAY}
        db.add(FacilityCode(facility_id=pond.id, **old))
        people = [
            Contact(entity_id=maker.id, name=name, phone=phone, created_at=make.NOW)
            for name, phone in (("Anh Công", "0988000111"), ("Chị Kín", "0988000222"))
        ]
        db.add_all(people)
        db.flush()
        db.add(
            Consent(
                entity_id=maker.id,
                contact_id=people[0].id,
                subject="contact",
                given_by="Anh Công",
                given_on=make.TODAY,
                recorded_at=make.NOW,
                recorded_by="Cán bộ",
            )
        )
    page = visit().get(f"/e/{maker.id}")
    shown = (shelf.product.name, "Vuông tôm 1", "CM-07", "0988000111", "Chỉ dẫn địa lý", "4 sao")
    hidden = ("079123456789", "Bà Riêng", "0912345678", "104.72", "KIN-1", "CM-OLD", "0988000222")
    assert [one for one in shown if one not in page.text] == []
    assert [one for one in hidden if one in page.text] == []
    assert "set-cookie" not in page.headers
    assert (
        visit().get(f"/e/{maker.id}", headers={"if-none-match": page.headers["etag"]}).status_code
        == 304
    )


@pytest.mark.usefixtures("shelf")
def test_a_dissolved_producer_and_its_products_say_so(visit: Visit) -> None:
    listed = visit().get("/entities?all=1&q=cu").text
    path = search(r'href="(/e/\d+)">Tổ hợp tác Cũ', listed)
    assert path
    page = visit().get(path[1])
    assert "Cơ sở sản xuất này đã giải thể." in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert "Chưa ghi nhận quyền sử dụng" in page.text
    product = search(r'href="(/p/\d+)">Cá khô Cũ', page.text)
    assert product
    assert "đã giải thể" in visit().get(product[1]).text


def test_a_lot_is_public_from_its_first_stamp_on(
    scene: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        unsold = make.lot(db, of=scene.product)
    assert visit().get(f"/l/{unsold.id}").status_code == 404
    page = visit().get(f"/l/{scene.lot.id}")
    assert page.status_code == 200
    for told in (scene.lot.number, scene.product.name, "10/03/2026", "Phơi nắng", "OCOP 4 sao"):
        assert told in page.text
    assert not [code for code in scene.codes if code in page.text]
    assert "tồn tại" not in page.text
    assert f'href="/l/{scene.lot.id}"' in visit().get(f"/t/{scene.active}").text
    with database.begin() as db:
        notice: dict[str, Any] = {"reason": "Vi sinh", "set_at": make.NOW, "set_by": "Cán bộ"}
        db.add(LotNotice(lot_id=unsold.id, kind="recall", advice="Trả lại", **notice))
        made = {"made_from": date(2026, 2, 1), "made_to": date(2026, 2, 28)}
        db.add(ProductNotice(product_id=scene.product.id, kind="hold", **(notice | made)))
    recalled = visit().get(f"/l/{unsold.id}").text
    assert "Sản phẩm đang bị thu hồi" in recalled.partition("<h1>")[0]
    assert "Trả lại" in recalled
    product = visit().get(f"/p/{scene.product.id}").text
    assert f'href="/l/{unsold.id}"' in product
    assert "sản xuất từ ngày 01/02/2026 đến ngày 28/02/2026" in product


def test_a_stopped_product_says_so_before_its_name(
    scene: Scene, visit: Visit, database: Database
) -> None:
    before = visit().get(f"/p/{scene.product.id}")
    with database.begin() as db:
        db.add(
            ProductNotice(
                product_id=scene.product.id,
                kind="recall",
                reason="Dư lượng",
                set_at=make.NOW,
                set_by="Cán bộ",
            )
        )
    page = visit().get(
        f"/p/{scene.product.id}",
        headers={"if-none-match": before.headers["etag"], "user-agent": PHONE},
    )
    assert page.status_code == 200
    head = page.text.partition("<h1>")[0]
    assert "Sản phẩm đang bị thu hồi" in head
    assert "Dư lượng" in head


def test_pages_of_what_bears_a_right_are_full_there_and_back(
    scene: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        holds, stopped = make.right(db), make.right(db, suspended_on=YESTERDAY)
        for number in range(9):
            product = make.product(db, of=scene.cast.other, name=f"Muối {number}")
            make.use_right(db, of=stopped if number % 3 else holds, product=product)
    pages, path = [], "/products?right=gi&limit=2"
    for way in ("Trang sau", "Trang sau", "Trang trước"):
        answer = visit().get(path).text
        pages.append(names(answer))
        link = search(rf'href="([^"]+)">{way}<', answer)
        if link:
            path = unescape(link[1])
    assert pages[:2] == [["Muối 0", "Muối 3"], ["Muối 6", scene.product.name]]
    assert names(visit().get(path).text) == pages[0]
