"""What a shop is told of products, and that no change is missed, whoever or whatever made it."""

from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert

from app.audit.actions import record
from app.diary.notice_actions import Act, lift_notice, set_notice
from app.diary.notices import Subject
from app.kit.db import Database
from app.products.actions import change_product
from app.products.certificate_actions import add_certificate
from app.products.models import OcopCertificate, Product
from app.products.pack_actions import add_pack
from app.rights.models import IpRight, UseRight
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

PRODUCTS = "/api/v1/verify/products"
GTIN, PACK = "08934567890120", "18934567890127"
WHO: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW - timedelta(days=9)}


def changed(client: Client, since: datetime, **more: Any) -> list[int]:  # noqa: ANN401 - query parameters
    """Return all that changed, page after page."""
    asked = {"updated_since": since.isoformat(), "limit": 2, **more}
    path: str | None = f"{PRODUCTS}?" + "&".join(f"{k}={quote(str(v))}" for k, v in asked.items())
    found: list[int] = []
    times = set()
    while path:
        told = client.get(path).json()
        times.add(told["as_of"])
        found += [one["id"] for one in told["items"]]
        path = told["next"]
    assert len(times) == 1
    assert found == sorted(set(found))
    return found


@pytest.fixture
def products(database: Database, cast: Cast) -> list[int]:
    """Seven products, that were written down nine days ago."""
    with database.begin() as db:
        made = [make.product(db, of=cast.entity, name=f"Khô {number}") for number in range(7)]
        change_product(db, **WHO, product_id=made[0].id, gtin=GTIN)
        add_pack(db, **WHO, product_id=made[1].id, name="Thùng", gtin=PACK)
        return [one.id for one in made]


def test_a_product_is_found_by_id_gtin_and_the_gtin_of_a_pack(
    products: list[int], visit: Visit
) -> None:
    client = visit()
    for written in (str(products[0]), GTIN, GTIN[1:]):
        told = client.get(f"{PRODUCTS}/{written}")
        assert (told.json()["id"], told.json()["gtin"]) == (products[0], GTIN)
    pack = client.get(f"{PRODUCTS}/{PACK}")
    assert (pack.json()["id"], pack.json()["pack_gtins"]) == (products[1], [PACK])
    assert pack.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=240"
    tag = {"if-none-match": pack.headers["etag"]}
    assert client.get(f"{PRODUCTS}/{PACK}", headers=tag).status_code == 304
    for nothing in ("0", "abc", "9" * 19, "9" * 400, "٣", "-1", "8934567890127x"):
        answer = client.get(f"{PRODUCTS}/{nothing}")
        assert (answer.status_code, answer.json()["code"]) == (404, "products.not_found")


def test_what_people_write_down_is_a_change(
    products: list[int], visit: Visit, database: Database, cast: Cast, clock: Clock
) -> None:
    since, client = clock.now - timedelta(hours=1), visit()
    assert changed(client, since) == []
    acts: dict[str, Any] = {"actor": make.SYSTEM, "now": clock.now}
    with database.begin() as db:
        right = make.right(db)
        use = make.use_right(db, of=right, product=db.get_one(Product, products[2]))
        change_product(db, **acts, product_id=products[0], status="retired")
        record(db, by=make.SYSTEM, now=clock.now, action="use_right.change", subject_id=use.id)
        add_certificate(
            db,
            **acts,
            product_id=products[4],
            stars=4,
            decision_no="1",
            issuer="UBND",
            valid_from=make.TODAY,
        )
    assert changed(client, since) == [products[0], products[2], products[4]]
    assert client.get(f"{PRODUCTS}/{products[0]}").json()["status"] == "retired"
    clock.now += timedelta(hours=1)
    later = clock.now
    with database.begin() as db:
        acts["now"] = later
        record(db, by=make.SYSTEM, now=later, action="right.change", subject_id=right.id)
    assert changed(client, later) == [products[2]]
    with database.begin() as db:
        record(
            db,
            by=make.SYSTEM,
            now=later,
            action="entity.change",
            subject_id=cast.entity.id,
            entity_id=cast.entity.id,
        )
    assert changed(client, later) == products


def test_a_day_that_passes_is_a_change(
    products: list[int], visit: Visit, database: Database, clock: Clock
) -> None:
    day = make.TODAY + timedelta(days=5)
    past = make.TODAY - timedelta(days=400)
    with database.begin() as db:
        of = [db.get_one(Product, one) for one in products]
        right = make.right(db)
        ending = make.use_right(db, of=right, product=of[1])
        ending.valid_to = day - timedelta(days=1)
        make.use_right(db, of=right, product=of[2]).ended_on = day
        expiring = make.right(db)
        make.use_right(db, of=expiring, product=of[3])
        db.get_one(IpRight, expiring.id).expires_on = day - timedelta(days=1)
        for product_id, valid_from, valid_to, revoked in (
            (products[0], past, day - timedelta(days=1), None),
            (products[4], day, day + timedelta(days=9), None),
            (products[5], past, day + timedelta(days=9), day),
        ):
            db.add(
                OcopCertificate(
                    product_id=product_id,
                    stars=4,
                    decision_no="1",
                    issuer="UBND",
                    valid_from=valid_from,
                    valid_to=valid_to,
                    revoked_on=revoked,
                )
            )
    client = visit()
    clock.now = make.NOW + timedelta(days=4)
    before, badges = clock.now, client.get(f"{PRODUCTS}/{products[1]}").json()["badges"]
    assert changed(client, before) == []
    assert client.get(f"{PRODUCTS}/{products[0]}").json()["stars"]["status"] == "valid"
    clock.now = make.NOW + timedelta(days=5)
    assert changed(client, before) == products[:6]
    assert changed(client, clock.now) == []
    told = client.get(f"{PRODUCTS}/{products[0]}").json()["stars"]
    assert (told["status"], told["stars"]) == ("expired", None)
    after = client.get(f"{PRODUCTS}/{products[1]}").json()["badges"]
    assert (len(badges), after) == (1, [])
    with database.begin() as db:
        assert db.query(UseRight).count() >= 3


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("2026-03-01T00:00:00%2B07:00", 200),
        ("2026-03-01T00:00:00+07:00", 200),
        ("0001-01-01T00:00:00%2B14:00", 200),
        ("9999-12-31T23:59:59-12:00", 200),
        ("2026-03-01", 422),
        ("2026-03-01T00:00:00", 422),
        ("1700000000", 422),
        ("2026-02-30T00:00:00Z", 422),
    ],
)
def test_a_time_needs_its_zone(visit: Visit, written: str, status: int) -> None:
    assert visit().get(f"{PRODUCTS}?updated_since={written}").status_code == status


def test_a_list_without_news_is_304(products: list[int], visit: Visit, clock: Clock) -> None:
    client = visit()
    first = client.get(PRODUCTS)
    assert {one["id"] for one in first.json()["items"]} >= set(products)
    clock.now += timedelta(seconds=61)
    again = client.get(PRODUCTS, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_ten_thousand_products_are_listed_fast(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        row = make.product(db, of=cast.entity, name="Mẫu")
        facts = {
            one.name: getattr(row, one.name)
            for one in Product.__table__.columns
            if one.name not in {"id", "gtin"}
        }
        db.execute(insert(Product), [facts] * 10_000)
    client, found = visit(), 0
    path: str | None = f"{PRODUCTS}?limit=500"
    started = perf_counter()
    while path:
        told = client.get(path).json()
        found += len(told["items"])
        path = told["next"]
    assert found >= 10_001
    # Generous for a shared core; it takes about a second.
    assert perf_counter() - started < 20


def test_a_recall_of_a_product_or_of_some_lots_is_told_and_is_a_change(
    products: list[int], visit: Visit, database: Database, cast: Cast, clock: Clock
) -> None:
    client, since = visit(), clock.now
    clock.now += timedelta(hours=1)
    act = Act(actor=make.SYSTEM, now=clock.now, reason="Nhãn sai", advice="Trả lại")
    with database.begin() as db:
        lot = make.lot(db, of=db.get_one(Product, products[1]), number="L-1")
        ours = cast.entity.id
        whole = Subject(entity_id=ours, product_id=products[0])
        some = Subject(entity_id=ours, product_id=products[2], made_from=make.TODAY)
        one = Subject(entity_id=ours, product_id=products[1], lot_id=lot.id, lot_number="L-1")
        set_notice(db, act=act, of=whole, kind="recall")
        set_notice(db, act=act, of=some, kind="hold")
    assert changed(client, since) == [products[0], products[2]]
    with database.begin() as db:
        set_notice(db, act=act, of=one, kind="recall")
    assert set(changed(client, since)) == set(products)

    def told() -> list[tuple[object, bool, bool]]:
        found = [client.get(f"{PRODUCTS}/{one}").json() for one in products[:3]]
        return [(one["recall"], one["lots_recalled"], one["lots_on_hold"]) for one in found]

    notice = {"reason": "Nhãn sai", "advice": "Trả lại", "since": "2026-03-10T04:00:00Z"}
    assert told() == [(notice, False, False), (None, True, False), (None, False, True)]
    with database.begin() as db:
        for of, kind in ((whole, "recall"), (some, "hold"), (one, "recall")):
            lift_notice(db, act=act, of=of, kind=kind)
    assert told() == [(None, False, False)] * 3
