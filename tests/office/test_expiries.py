"""The calendar of what expires, and the notices that go out 90, 30 and 7 days ahead."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.certificates.models import Certificate
from app.identity.rules import Role
from app.kit.clock import start_of
from app.kit.db import Database
from app.office.expiries import month_of, months_from, notice_due
from app.office.expiry_actions import record_expiring
from app.partners.event_actions import publish
from app.partners.event_models import PublicEvent
from app.products.models import OcopCertificate, Product
from app.rights.models import UseRight
from app.rights.use_models import RightManager
from tests import make
from tests.conftest import Cast, Clock, Visit

IN_A_MONTH = make.TODAY + timedelta(days=30)


@pytest.mark.parametrize(
    ("left", "notice"),
    [(-1, None), (0, 7), (7, 7), (8, 30), (30, 30), (31, 90), (90, 90), (91, None)],
)
def test_a_notice_stands_from_its_day_to_the_next(left: int, notice: int | None) -> None:
    assert notice_due(make.TODAY + timedelta(days=left), make.TODAY) == notice


def test_months_follow_one_another() -> None:
    assert month_of(date(2024, 2, 29)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert months_from(date(2026, 11, 30), 3)[-1] == date(2027, 1, 1)


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    """A product with one of each kind that ends in a month, and of each one that does not count."""
    with database.begin() as db:
        made = make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")
        mark = make.right(db, type="certification_mark", sign="Năm Căn", expires_on=IN_A_MONTH)
        make.use_right(db, of=mark, product=made, valid_to=IN_A_MONTH, certificate_no="GCN-5")
        db.add(_ocop(made, IN_A_MONTH))
        db.add(_certificate(made, IN_A_MONTH))
        other = make.product(db, of=cast.entity)
        ended = {"valid_to": IN_A_MONTH, "ended_on": make.TODAY}
        make.use_right(db, of=mark, product=other, certificate_no="GCN-6", **ended)
        renewed = make.product(db, of=cast.entity)
        make.use_right(db, of=mark, product=renewed, valid_to=IN_A_MONTH)
        later = {"valid_from": IN_A_MONTH, "valid_to": None}
        make.use_right(db, of=mark, product=renewed, **later)
        db.add_all([_ocop(renewed, IN_A_MONTH), _ocop(renewed, date(2029, 1, 1))])
        make.right(db, sign="Hết từ lâu", expires_on=date(2020, 1, 1), type="collective_mark")
        return made


def _ocop(product: Product, last: date) -> OcopCertificate:
    return OcopCertificate(
        product_id=product.id,
        stars=4,
        decision_no="12/QĐ",
        issuer="UBND",
        valid_from=date(2024, 1, 1),
        valid_to=last,
    )


def _certificate(product: Product, last: date) -> Certificate:
    return Certificate(
        entity_id=product.entity_id,
        product_id=product.id,
        kind="vietgap",
        number="VG-1",
        number_key="vg1",
        valid_from=date(2024, 1, 1),
        valid_to=last,
        folded="",
        recorded_at=make.NOW,
        recorded_by="Cán bộ",
        updated_at=make.NOW,
    )


def test_the_calendar_shows_what_ends_by_month_kind_and_entity(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.officer)

    def kinds(query: str) -> list[str]:
        rows = client.get(f"/office/expiries?{query}&file=json&lang=en").json()
        return [row["kind"] for row in rows]

    assert kinds("") == ["Certificate", "OCOP certificate", "IP right", "Use right"]
    assert kinds("within=30") == kinds("month=2026-04") == kinds("")
    assert kinds("within=29") == kinds("month=2026-03") == []
    assert kinds("kind=use_right") == ["Use right"]
    assert kinds(f"entity={cast.entity.id}&kind=ocop") == ["OCOP certificate"]
    assert kinds(f"entity={cast.other.id}") == []
    page = client.get("/office/expiries?lang=en").text
    assert page.count("<tr>") == 5
    assert ("VietGAP certificate" in page, "within 30 days" in page) == (True, True)
    assert "04/2026 (4)" in page
    home = client.get("/office?lang=en").text
    assert "4 rights and certificates end within 30 days" in home
    assert "within 7 days" not in home
    assert client.get("/office/expiries?month=2026-13").status_code == 422
    assert visit(page=cast.owner).get("/office/expiries").status_code == 403
    assert client.get(f"/office/use-rights?product={product.id}").status_code == 200


def test_a_mark_manager_sees_what_ends_of_the_own_rights(
    visit: Visit, database: Database, product: Product
) -> None:
    with database.begin() as db:
        person = make.person(db, "Hội", Role.MARK_MANAGER)
    client = visit(page=person)
    assert client.get("/office/expiries?file=json").json() == []
    with database.begin() as db:
        right_id = db.scalar(select(UseRight.right_id).where(UseRight.product_id == product.id))
        when: dict[str, Any] = {"appointed_at": make.NOW, "appointed_by": "Cán bộ"}
        db.add(RightManager(right_id=right_id, account_id=person.account_id, **when))
    rows = client.get("/office/expiries?file=json&lang=en").json()
    assert [(row["kind"], row["what"]) for row in rows] == [
        ("IP right", "Năm Căn"),
        ("Use right", "Năm Căn"),
    ]


def test_each_notice_goes_out_once_also_after_a_restart(
    database: Database, product: Product, clock: Clock
) -> None:
    def told() -> list[tuple[str, int]]:
        # Each round is what a process that has just begun would do.
        with database.begin() as db:
            record_expiring(db, now=clock.now)
        with database.begin() as db:
            assert record_expiring(db, now=clock.now) == 0
        publish(database, base_url="https://ocop.test")
        with database.begin(write=False) as db:
            found = db.scalars(select(PublicEvent).order_by(PublicEvent.seq)).all()
            return [(one.type, one.facts["days_ahead"]) for one in found]

    right, certificate = ("right.expiring", 30), ("certificate.expiring", 30)
    assert sorted(told()) == [certificate, right, right]
    clock.now = start_of(IN_A_MONTH - timedelta(days=8))
    assert len(told()) == 3
    clock.now = start_of(IN_A_MONTH - timedelta(days=7))
    after = told()
    assert sorted(after[3:]) == [
        ("certificate.expiring", 7),
        ("right.expiring", 7),
        ("right.expiring", 7),
    ]
    with database.begin() as db:
        use = db.scalars(select(UseRight).where(UseRight.product_id == product.id)).one()
        facts = db.scalars(select(PublicEvent).where(PublicEvent.type == "right.expiring")).first()
        assert facts is not None
        assert facts.facts["last_day"] == str(IN_A_MONTH)
        notices = select(AuditEvent).where(AuditEvent.action == "certificate.expiring")
        assert len(db.scalars(notices).all()) == 2
        # A day that was moved is news again.
        use.valid_to = IN_A_MONTH + timedelta(days=60)
    assert told()[6:] == [("right.expiring", 90)]
