from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.entities.part_models import Facility
from app.kit.db import Database
from app.products.models import Product
from app.stamps import actions
from app.stamps.ledger_models import Quota
from app.stamps.quota_actions import QuotaExceeded, add_quota, remove_quota
from app.stamps.quota_queries import uses_of
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.arena import CLIENTS, Arena, approve, open_arena
from tests.stamps.conftest import by


@pytest.fixture
def arena(racing_database: Database) -> Arena:
    return open_arena(racing_database)


def asked(db: Session, product: Product, quantity: int, **more: Any) -> int:  # noqa: ANN401 - arguments of the action
    facts: dict[str, Any] = {"product_id": product.id, "quantity": quantity, "largest": quantity}
    return actions.request_batch(db, reason="", **(facts | more), **by(make.SYSTEM)).id


def grant(db: Session, batch_id: int, quantity: int, year: int | None = 2026) -> None:
    facts: dict[str, Any] = {"batch_id": batch_id, "quantity": quantity, "budget_year": year}
    actions.approve_batch(db, decision_no="1", **facts, **by(make.SYSTEM))


def test_grants_stay_within_every_quota_of_their_year(db: Session, cast: Cast) -> None:
    product, second = (make.product(db, of=cast.entity) for _ in range(2))
    place = Facility(
        entity_id=cast.entity.id, name="Ao 1", folded="ao 1", created_at=make.NOW,
        updated_at=make.NOW,
    )  # fmt: skip
    db.add(place)
    db.flush()
    officer = by(cast.officer.actor)
    quota: dict[str, Any] = {"year": 2026, "entity_id": cast.entity.id}
    whole = add_quota(db, quantity=100, **quota, **officer)
    part = add_quota(db, quantity=60, product_id=product.id, **quota, **officer)
    pond = add_quota(db, quantity=10, facility_id=place.id, **quota, **officer)
    grant(db, asked(db, product, 60), 50)
    with pytest.raises(QuotaExceeded) as caught:
        grant(db, asked(db, product, 60), 11)
    error = caught.value
    assert (error.subject, error.quota, error.used, error.left, error.asked) == (
        product.name, 60, 50, 10, 11,
    )  # fmt: skip
    with pytest.raises(QuotaExceeded, check=lambda error: error.subject == "Ao 1"):
        grant(db, asked(db, second, 20, facility_id=place.id), 11)
    # Another year, and what is refused or only asked for, counts for nothing.
    grant(db, asked(db, product, 60), 60, year=2027)
    grant(db, asked(db, second, 50, facility_id=place.id), 10)
    with pytest.raises(QuotaExceeded, check=lambda error: error.left == 40):
        grant(db, asked(db, second, 50), 41)
    grant(db, asked(db, second, 50), 40, year=None)
    assert [(use.used, use.left) for use in uses_of(db, [whole, part, pond])] == [
        (100, 0), (50, 10), (10, 0),
    ]  # fmt: skip
    remove_quota(db, quota_id=whole.id, **officer)
    grant(db, asked(db, second, 50), 50)


def test_approvals_that_race_never_pass_a_quota_together(arena: Arena) -> None:
    """Twelve officers at once; each waits for the one before, so none is turned away in vain."""
    with arena.database.begin() as db:
        product = db.get_one(Product, arena.product_id)
        quota: dict[str, Any] = {"entity_id": product.entity_id, "year": 2040}
        key = add_quota(db, quantity=350, **quota, **by(make.SYSTEM)).id
    batches = [arena.requested() for _ in range(CLIENTS)]
    won = arena.race([approve(batch_id, budget_year=2040) for batch_id in batches])
    assert sum(won) == 3
    with arena.database.begin(write=False) as db:
        (use,) = uses_of(db, [db.get_one(Quota, key)])
        assert (use.used, use.left) == (300, 50)


def test_quotas_are_listed_set_changed_and_removed(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    page = visit(page=cast.officer)
    found = page.get("/office/quotas/new?q=Rạch Gốc").text
    address = f"/office/quotas/new?entity={cast.entity.id}"
    assert f'href="{address}"' in found
    assert "Không có chủ thể" in page.get("/office/quotas/new?q=zzz").text
    form = {"year": "2026", "part": f"p{product.id}", "quantity": "70", "note": "Theo QĐ 12"}
    assert page.post(address, data=form | {"quantity": "nhiều"}).status_code == 422
    assert page.post(address, data=form | {"part": "p999999"}).status_code == 422
    assert page.post(address, data=form).status_code == 303
    twice = page.post(address, data=form)
    assert "Đã có hạn mức" in twice.text
    with database.begin(write=False) as db:
        quota = db.scalars(select(Quota)).one()
    listed = page.get("/office/quotas?year=2026").text
    assert all(text in listed for text in (cast.entity.name, product.name, ">70<", "Theo QĐ 12"))
    one = f"/office/quotas/{quota.id}"
    assert "vượt hạn mức" not in listed
    assert page.post(one, data={"quantity": "0", "note": ""}).status_code == 303
    file = page.get("/office/quotas?year=2026&file=json").json()
    assert (file[0]["subject"], file[0]["quantity"], file[0]["left"]) == (product.name, 0, 0)
    seen = visit(api=cast.owner).get("/api/v1/quotas?year=2026").json()["items"]
    assert [row["quantity"] for row in seen] == [0]
    assert visit(api=cast.outsider).get("/api/v1/quotas?year=2026").json()["items"] == []
    assert page.post(f"{one}/remove").status_code == 303
    assert page.get(one).status_code == 404
    with database.begin(write=False) as db:
        kinds = select(AuditEvent.action).where(AuditEvent.subject_kind == "quota")
        told = list(db.scalars(kinds.order_by(AuditEvent.seq)))
    assert told == ["quota.add", "quota.change", "quota.remove"]
