from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.office.alert_queries import count_off, list_off
from app.products.models import OcopCertificate, Product
from app.stamps.ledger_models import Handover, Reconciliation
from app.stamps.models import Batch, Export, Refusal
from tests import make
from tests.conftest import Cast, Visit


def off(db: Session, now: datetime = make.NOW) -> list[str]:
    db.flush()
    groups = list_off(db, now=now)
    assert count_off(db, now=now) == sum(len(group.alerts) for group in groups)
    return [group.name for group in groups]


def handover(db: Session, batch: Batch) -> Handover:
    return db.query(Handover).filter_by(batch_id=batch.id).one()


def reconciled(batch: Batch, at: datetime, *, settled: bool) -> Reconciliation:
    return Reconciliation(
        batch_id=batch.id, at=at, actor_label="Lan", movement_id=1, lines=[], settled=settled
    )


def test_an_alert_stands_as_long_as_its_records_and_no_longer(db: Session, app: FastAPI) -> None:
    product = make.product(db, of=make.entity(db))
    batch = make.issued_batch(db, of=product, keyring=app.state.keyring, handed=60)
    later = make.NOW + timedelta(days=8)
    assert off(db) == []
    assert off(db, later) == ["unconfirmed"]

    given = handover(db, batch)
    given.received_quantity, given.received_at = 59, make.NOW
    assert off(db, later) == ["received_otherwise"]
    db.add(reconciled(batch, make.NOW + timedelta(hours=1), settled=False))
    assert off(db, later) == ["received_otherwise", "unsettled"]
    db.add(reconciled(batch, make.NOW + timedelta(hours=2), settled=True))
    assert off(db, later) == []

    refused = {"at": make.NOW, "actor_label": "Út", "action": "activate", "code": "stamps.void"}
    db.add_all(Refusal(batch_id=batch.id, **refused) for _ in range(3))
    assert off(db, later) == ["refused"]
    assert [len(group.alerts) for group in list_off(db, now=later)] == [1]
    assert off(db, later + timedelta(days=31)) == []

    batch.lapses_on = make.TODAY + timedelta(days=60)
    assert off(db, make.NOW + timedelta(days=40)) == ["lapsing"]
    batch.lapses_on = None
    make.right(db, checked_on=None, checked_by="")
    assert off(db, make.NOW + timedelta(days=40)) == ["unchecked"]


def certificate(db: Session, product: Product, **facts: Any) -> None:  # noqa: ANN401 - the columns of the record
    given = {"stars": 4, "decision_no": "1", "issuer": "UBND", "valid_from": make.TODAY} | facts
    db.add(OcopCertificate(product_id=product.id, **given))


def test_what_ends_soon_is_told_unless_its_renewal_is_there(db: Session) -> None:
    product = make.product(db, of=make.entity(db))
    certificate(db, product, valid_to=make.TODAY + timedelta(days=60))
    use = make.use_right(db, of=make.right(db), product=product)
    assert off(db) == ["certificates"]
    use.valid_to = make.TODAY + timedelta(days=1)
    assert off(db) == ["certificates", "use_rights"]
    use.ended_on = make.TODAY
    certificate(db, product, valid_to=make.TODAY + timedelta(days=900))
    assert off(db) == []


def test_the_office_shows_what_is_off_and_gives_it_as_a_file(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    assert "Không có gì cần xem lại" in officer.get("/office/alerts").text
    with database.begin() as db:
        right = make.right(db, sign="=Ba Khía", checked_on=None, checked_by="")
    assert "1 điều cần xem lại" in officer.get("/office").text
    assert f'href="/office/rights/{right.id}"' in officer.get("/office/alerts").text
    (row,) = officer.get("/office/alerts?file=json&lang=en").json()
    assert row["what"] == "=Ba Khía"
    assert row["path"] == f"/office/rights/{right.id}"


def test_what_waits_for_a_second_person_stands_on_the_home_page(
    visit: Visit, cast: Cast, database: Database, app: FastAPI
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm chờ ký")
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring)
        facts = {"format": "zip", "preset": "", "first": 1, "count": 100, "reason": "In"}
        asked: dict[str, Any] = {"asked_at": make.NOW, "asked_by": "Lan", "state": "asked"}
        db.add(Export(allotment_id=batch.allotment_id, facts={}, **facts, **asked))
    home = visit(page=cast.officer).get("/office").text
    assert f'href="/office/allotments/{batch.allotment_id}/exports"' in home
