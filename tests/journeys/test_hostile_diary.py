"""Diaries, lots and phones as they are misused, by accident or not, over what is served."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, insert, select, update

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot
from app.diary.sync_state_queries import MOST_ENTRIES
from app.diary.template_models import ProcessTemplate
from app.diary.trace_models import LotDispatch, LotInput
from app.kit.db import Database
from app.products.models import Product
from tests import make, make_entries
from tests import make_sync as phone
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

KILOS = {"quantity": 100, "unit": "KGM", "unit_as_entered": "kg"}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity)


@pytest.fixture
def lots(database: Database, product: Product) -> list[Lot]:
    with database.begin() as db:
        return [make.lot(db, of=product, number=f"A{one}", **KILOS) for one in range(4)]


def counted(database: Database, of: type[Lot | LotInput | LotDispatch]) -> int:
    with database.begin(write=False) as db:
        return db.scalar(select(func.count()).select_from(of)) or 0


def code(answer: dict[str, Any]) -> str | None:
    [one] = answer["results"]
    return str(one["error"]["code"]) if one["error"] else None


def test_a_form_sent_twice_is_acted_on_once(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product, database: Database
) -> None:
    base, kilos = f"/app/lots/{lots[0].id}", {"quantity": "2,5", "unit": "KGM"}
    forms: list[tuple[str, dict[str, Any], type[Lot | LotInput | LotDispatch]]] = [
        (f"{base}/inputs/lot", kilos | {"source_lot_id": lots[1].id}, LotInput),
        (f"{base}/inputs/bought", kilos | {"material": "Muối"}, LotInput),
        (f"{base}/dispatches/new", kilos | {"receiver": "A", "receiver_kind": "shop"}, LotDispatch),
        (f"{base}/split", {"quantity_1": "5", "unit": "KGM"}, Lot),
        (
            "/app/lots/merge",
            kilos | {f"lot_{one.id}": "on" for one in lots[2:]} | {"product_id": product.id},
            Lot,
        ),
        ("/app/lots/new", {"product_id": product.id, "number": "N1"}, Lot),
    ]
    client, other = visit(page=cast.owner), visit(page=cast.colleague)
    for path, fields, of in forms:
        shown = client.get(f"{path}?product={product.id}").text
        once = re.search(r'name="once" value="([0-9a-f]{32})"', shown)
        assert once, path
        before = counted(database, of)
        wrong = client.post(path, data=fields | {"once": once[1], "unit": "?", "quantity": "-1"})
        assert wrong.status_code == 422, path
        answers = [client.post(path, data=fields | {"once": once[1]}) for _ in range(3)]
        assert [one.status_code for one in answers] == [303] * 3, answers[0].text
        assert len({one.headers["location"] for one in answers}) == 1
        assert counted(database, of) == before + 1, path
        # The number is the form's and its sender's: another's is another act.
        theirs = other.post(path, data=fields | {"once": once[1], "number": "N2"})
        assert theirs.status_code in {303, 422}
        assert counted(database, of) == before + 1 + (theirs.status_code == 303), path


ABSURD = ["NaN", "1e308", "1e400", "-5", "0", '"NaN"', '"1.000,5"', "true", "[1]", "1e-9"]


@pytest.mark.parametrize("quantity", ABSURD)
@pytest.mark.on("sqlite")
def test_absurd_quantities_are_refused_wherever_they_are_told(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product, database: Database, quantity: str
) -> None:
    client, base = visit(api=cast.owner), f"/api/v1/lots/{lots[0].id}"
    told = '"quantity": @, "unit": "kg"'
    bodies = {
        f"{base}/inputs": f'{{"inputs": [{{"source_lot_id": {lots[1].id}, {told}}}]}}',
        f"{base}/dispatches": f'{{"receiver": "A", "receiver_kind": "shop", {told}}}',
        f"{base}/split": f'{{"parts": [{{{told}}}]}}',
        "/api/v1/lots": f'{{"product_id": {product.id}, "number": "Q1", {told}}}',
    }
    json = {"content-type": "application/json"}
    for path, body in bodies.items():
        answer = client.post(path, content=body.replace("@", quantity), headers=json)
        assert answer.status_code == 422, (path, answer.text)
    assert (counted(database, Lot), counted(database, LotInput)) == (4, 0)
    page = visit(page=cast.owner)
    sent = {"material": "Muối", "quantity": quantity.strip('"'), "unit": "KGM"}
    assert page.post(f"/app/lots/{lots[0].id}/inputs/bought", data=sent).status_code == 422
    values = f'{{"quantity": {quantity}, "unit": "kg"}}'
    body = str(phone.batch(phone.entry(lots[0], values="@"))).replace("'", '"')
    answer = client.post(
        phone.PATH, content=body.replace('"@"', values).replace("None", "null"), headers=json
    )
    assert answer.status_code in {200, 422}, answer.text


def test_units_that_do_not_mix_are_told_and_never_added(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    client = visit(api=cast.owner)
    base = f"/api/v1/lots/{lots[0].id}"
    given = [{"source_lot_id": lots[1].id, "quantity": 3, "unit": "thùng"}]
    mixed = client.post(f"{base}/inputs", json={"inputs": given})
    assert mixed.status_code == 201, mixed.text
    assert mixed.json()["remarks"]
    grams = [{"source_lot_id": lots[1].id, "quantity": 90_000, "unit": "g"}]
    assert client.post(f"{base}/inputs", json={"inputs": grams}).status_code == 201
    tonnes = [{"source_lot_id": lots[1].id, "quantity": 0.03, "unit": "tấn"}]
    over = client.post(f"{base}/inputs", json={"inputs": tonnes})
    assert (over.status_code, over.json()["code"]) == (409, "diary.too_much_taken")


def test_no_lot_feeds_itself_through_parts_merges_or_other_producers(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product, database: Database
) -> None:
    with database.begin() as db:
        for one in lots:
            db.get_one(Lot, one.id).state = "released"
        theirs = make.lot(db, of=make.product(db, of=cast.other), **KILOS)
        practice = make.entity(db, practice=True)
        toy = make.lot(db, of=make.product(db, of=practice), state="released", **KILOS)
    client, stranger = visit(api=cast.owner), visit(api=cast.outsider)

    def feed(by: Client, lot_id: int, source: int) -> tuple[int, str | None]:
        given = {"inputs": [{"source_lot_id": source, "quantity": 1, "unit": "kg"}]}
        answer = by.post(f"/api/v1/lots/{lot_id}/inputs", json=given | {"reason": "Ghi sau"})
        return answer.status_code, answer.json().get("code")

    assert feed(client, lots[0].id, lots[0].id) == (409, "diary.lot_feeds_itself")
    # Over to another producer and back, once both are for sale.
    assert feed(stranger, theirs.id, lots[0].id) == (201, None)
    assert feed(client, lots[0].id, theirs.id)[1] == "diary.unknown_source"
    with database.begin() as db:
        db.get_one(Lot, theirs.id).state = "released"
    assert feed(client, lots[0].id, theirs.id) == (409, "diary.lot_feeds_itself")
    assert feed(client, lots[0].id, toy.id)[1] == "diary.unknown_source"
    parts = {"parts": [{"quantity": 5, "unit": "kg"}] * 2}
    parted = client.post(f"/api/v1/lots/{lots[1].id}/split", json=parts).json()["lots"]
    merging = {"product_id": product.id, "sources": [{"lot_id": one["id"]} for one in parted]}
    merged = client.post("/api/v1/lots/merge", json=merging | {"quantity": 10, "unit": "kg"})
    assert merged.status_code == 201, merged.text
    back = merged.json()["lots"][0]["id"]
    assert feed(client, lots[1].id, back) == (409, "diary.lot_feeds_itself")
    # The same by a phone, in one batch: the entry is refused and nothing of it is kept.
    goods = [{"source_lot_id": back, "quantity": 1, "unit": "kg"}]
    own = phone.entry(lots[1], kind="receiving", inputs=goods)
    assert code(phone.send(client, own)) in {"diary.lot_feeds_itself", "diary.lot_closed"}
    assert client.get(f"/api/v1/lots/{lots[1].id}/entries").json()["items"] == []


def test_a_harvest_too_early_follows_the_treatment_as_it_is_corrected(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    with database.begin() as db:
        lot = make_entries.templated_lot(db, of=product, **KILOS)
    client = visit(api=cast.owner)
    agent = {"agent": "Oxy", "withdrawal_days": 2}
    treated = phone.entry(lot, kind="treatment", stage="dung-thuoc", values=agent)
    treated |= {"performed_at": "2026-03-05T08:00:00+07:00"}
    harvest = phone.entry(lot, kind="harvest", stage="thu-hoach")
    first = phone.send(client, harvest, treated)
    assert [one["result"] for one in first["results"]] == ["accepted"] * 2

    def early() -> bool:
        state = client.get("/api/v1/sync/state").json()
        [found] = [one for one in state["lots"] if one["id"] == lot.id]
        return any("early" in one["code"] for one in found["missing"])

    assert not early()
    for days, expected in ((30, True), (1, False), (14, True)):
        # A correction of a correction amends the last, whichever it names.
        mended = phone.correction(treated, values={"agent": "Oxy", "withdrawal_days": days})
        assert code(phone.send(client, mended)) is None
        assert early() is expected, days


def test_codes_and_names_are_the_same_in_either_normal_form(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product
) -> None:
    client, words = visit(api=cast.owner), "Cho tôm ăn ở ao Đầm Dơi, thức ăn số 2"
    composed = phone.entry(lots[0], note=words, stage="Cho ăn", performer="Nguyễn Thị Bưởi")
    parted = {
        name: unicodedata.normalize("NFD", text) if isinstance(text, str) else text
        for name, text in composed.items()
    }
    assert parted["note"] != composed["note"]
    sent = phone.send(client, composed, parted)["results"]
    assert [one["result"] for one in sent] == ["accepted", "duplicate"], sent
    for form in ("NFC", "NFD"):
        number = unicodedata.normalize(form, "LÔ-1")
        answer = client.post("/api/v1/lots", json={"product_id": product.id, "number": number})
        assert answer.status_code == 422
    folded = unicodedata.normalize("NFD", "muối hột")
    given = {"inputs": [{"material": folded}]}
    added = client.post(f"/api/v1/lots/{lots[0].id}/inputs", json=given)
    assert added.json()["inputs"][0]["material"] == "muối hột"


def test_leap_days_and_zones_are_days_like_any_other(
    visit: Visit, cast: Cast, product: Product, clock: Clock
) -> None:
    clock.now = datetime(2028, 2, 29, 16, 59, tzinfo=UTC)
    client = visit(api=cast.owner)
    leap = phone.lot(product.id, production_date="2028-02-29", expiry_date="2032-02-29")
    none = phone.lot(product.id, production_date="2027-02-29")
    at = {"sent_at": clock.now.isoformat(), "lots": (leap, none)}
    same = ["2028-02-29T23:58:00+07:00", "2028-02-29T08:58:00-08:00", "2028-03-01T05:58:00+13:00"]
    entries = [phone.entry(None, lot_uid=leap["uid"], performed_at=one) for one in same]
    answer = phone.send(client, *[one | {"device_at": None} for one in entries], **at)
    assert [one["result"] for one in answer["lots"]] == ["accepted", "refused"]
    assert [one["result"] for one in answer["results"]] == ["accepted"] * 3
    lot_id = answer["lots"][0]["id"]
    shown = visit(page=cast.owner).get(f"/app/lots/{lot_id}").text
    assert "01/03/2028" not in shown
    clock.now += timedelta(days=365)
    assert client.get(f"/api/v1/lots/{lot_id}").status_code == 200


def test_fifty_of_the_largest_are_bounded_and_go_in_smaller_batches(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    client = visit(api=cast.owner)
    largest = [phone.entry(lots[0], note="ộ" * 2000, performer="ễ" * 120) for _ in range(50)]
    goods = [{"material": "ư" * 120, "supplier": "ợ" * 200} for _ in range(50)]
    most = largest[0] | {"inputs": goods}
    whole = client.post(phone.PATH, json=phone.batch(*largest))
    assert whole.status_code == 413
    assert whole.headers["content-type"] == "application/problem+json"
    for sent in ([most], largest[1:20]):
        answer = phone.send(client, *sent)
        assert {one["result"] for one in answer["results"]} == {"accepted"}
    many = client.post(phone.PATH, json=phone.batch(*[phone.entry(lots[0])] * 51))
    assert many.status_code == 422


def test_a_photo_that_is_a_page_too_is_kept_as_a_photo_alone(
    visit: Visit, cast: Cast, lots: list[Lot], database: Database
) -> None:
    out = BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "JPEG", comment=b"<script>alert(1)</script>")
    raw = out.getvalue() + b"<html><script>alert(1)</script>PK\x03\x04"
    client, entry = visit(api=cast.owner), phone.entry(lots[0], photos=[phone.promised(raw)])
    phone.send(client, entry)
    assert phone.put(client, phone.photo_path(entry, raw), raw, 0).json()["complete"]
    with database.begin(write=False) as db:
        sha256 = db.scalars(select(DiaryPhoto.sha256)).one()
    for path in (f"/photos/{sha256}-1280.jpg", f"/photos/{sha256}-320.webp"):
        shown = client.get(path)
        assert shown.headers["content-type"].startswith("image/")
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert b"script" not in shown.content
        assert b"PK\x03\x04" not in shown.content


def test_phones_go_on_by_the_version_their_lot_was_opened_under(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    with database.begin() as db:
        lot = make_entries.templated_lot(db, of=product)
        bare = make.lot(db, of=product)
        version = lot.template_version_id
    with database.begin() as db:
        db.execute(update(ProcessTemplate).values(retired_at=make.NOW))
    client = visit(api=cast.owner)
    old = phone.entry(lot, kind="planting", stage="tha-giong", values={"quantity": 900})
    assert code(phone.send(client, old)) is None
    assert code(phone.send(client, phone.entry(lot, stage="no-such"))) == "diary.unknown_stage"
    assert code(phone.send(client, phone.entry(bare, stage="tha-giong"))) is None
    assert str(version) in client.get("/api/v1/sync/state").json()["templates"]


@pytest.mark.slow
@pytest.mark.on("sqlite")
def test_a_lot_of_ten_thousand_entries_and_a_chain_as_deep_stay_bounded(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    with database.begin() as db:
        lot = make.lot(db, of=product, state="released")
        _write(db, lot, 10_000)
        rows = [
            {"product_id": product.id, "entity_id": lot.entity_id, "number": f"D{n}",
             "state": "released", "opened_at": make.NOW - timedelta(days=400)}
            for n in range(10_000)
        ]  # fmt: skip
        db.execute(insert(Lot), rows)
        chain = [
            lot.id,
            *db.scalars(select(Lot.id).where(Lot.number.startswith("D")).order_by(Lot.id)),
        ]
        links = [
            {"source_lot_id": one, "lot_id": two, "added_at": make.NOW, "added_by": "test"}
            for one, two in pairwise(chain)
        ]
        db.execute(insert(LotInput), links)
    client = visit(api=cast.owner)
    state = client.get("/api/v1/sync/state")
    assert len(state.json()["entries"]) == MOST_ENTRIES
    page = client.get(f"/api/v1/lots/{lot.id}/entries").json()
    assert len(page["items"]) <= 200
    assert code(phone.send(client, phone.entry(lot))) == "diary.lot_closed"
    phone_page, public, office = visit(page=cast.owner), visit(), visit(page=cast.officer)
    for shown in (
        phone_page.get(f"/app/lots/{lot.id}"),
        phone_page.get(f"/app/lots/{chain[-1]}/trace"),
        phone_page.get(f"/app/lots/{lot.id}?part=100"),
        office.get(f"/office/lots/{lot.id}"),
        client.get(f"/api/v1/lots/{lot.id}/trace"),
        public.get(f"/l/{lot.id}"),
        public.get(f"/l/{chain[-1]}"),
    ):
        assert shown.status_code == 200, shown.url
        assert len(shown.content) < 2**20, shown.url


def _write(db: Any, lot: Lot, many: int) -> None:  # noqa: ANN401 - a session
    """Write entries past the rules, a minute apart."""
    ids = [uuid4() for _ in range(many)]
    instants = ("performed_at", "received_at", "recorded_at")
    entries = [
        {"id": one, "lot_id": lot.id, "entity_id": lot.entity_id, "sequence": place,
         "kind": "feeding", "stage": "feeding", "mark": "on_time", "public": True,
         "recorder_label": "Máy", "request_hash": "0" * 64, "commit": "0" * 64,
         "location_code": "", "on_behalf": False}
        | dict.fromkeys(instants, make.NOW - timedelta(minutes=many - place))
        for place, one in enumerate(ids, 1)
    ]  # fmt: skip
    db.execute(insert(DiaryEntry), entries)
    contents = [
        {"entry_id": one, "facts": {}, "note": "", "reason": "", "performer": "", "salt": b"0" * 32}
        for one in ids
    ]
    db.execute(insert(DiaryContent), contents)
