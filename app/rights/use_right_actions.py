from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.practice_queries import require_real
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.queries import get_product
from app.rights.changes import turned
from app.rights.models import IpRight, UseRight
from app.rights.queries import get_right, get_use_right


class UseRightThere(Conflict):
    """The use right is recorded already"""

    code = "rights.use_right_there"
    detail = N_("The product has this right from {valid_from}. Change that record instead.")
    field = "product_id"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class BeyondTheRight(Invalid):
    """The use right would outlast the right"""

    code = "rights.beyond_the_right"
    detail = N_("The right itself ends on {expires_on}. Record its renewal first.")

    def __init__(self, *, expires_on: date, field: str) -> None:
        self.expires_on = expires_on
        self.field = field


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first"""

    code = "rights.ends_before_it_begins"
    detail = N_("The last day must not be before {valid_from}.")
    field = "valid_to"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


def add_use_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    product_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of UseRight
) -> UseRight:
    """Record that a product's entity may use a right for that product. Officers only."""
    right = get_right(db, right_id)
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    require_real(db, product.entity_id)
    use_right = UseRight(
        right_id=right.id,
        entity_id=product.entity_id,
        product_id=product.id,
        created_at=now,
        updated_at=now,
    )
    _apply(db, use_right, right, facts, now)
    db.add(use_right)
    db.flush()
    after = {"right_id": right.id, "product_id": product.id} | facts
    note(db, actor, now, "use_right.add", use_right, None, after)
    return use_right


def change_use_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    use_right_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> UseRight:
    """Change the given fields of a use right; suspending, resuming and ending need a reason."""
    use_right = get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()
    facts = turned(use_right, facts)
    before = {name: getattr(use_right, name) for name in facts}
    _apply(db, use_right, get_right(db, use_right.right_id), facts, now)
    db.flush()
    note(db, actor, now, "use_right.change", use_right, before, facts)
    return use_right


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    use_right: UseRight,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record a change of a use right in the audit trail."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=use_right.id,
        entity_id=use_right.entity_id,
        before=before,
        after=after,
    )


def _apply(
    db: Session, use_right: UseRight, right: IpRight, facts: Mapping[str, Any], now: datetime
) -> None:
    first = facts.get("valid_from", use_right.valid_from)
    last = facts.get("valid_to", use_right.valid_to)
    _check_term(right, first, last)
    form = facts.get("form", use_right.form) or ""
    same = db.scalars(
        select(UseRight.id).where(
            UseRight.right_id == use_right.right_id,
            UseRight.product_id == use_right.product_id,
            UseRight.form == form,
            UseRight.valid_from == first,
            UseRight.id != (use_right.id or 0),
        )
    ).first()
    if same is not None:
        raise UseRightThere(valid_from=first)
    for name, value in facts.items():
        setattr(use_right, name, value)
    use_right.form, use_right.updated_at = form, now


def _check_term(right: IpRight, first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise EndsBeforeItBegins(valid_from=first)
    for day, field in ((first, "valid_from"), (last, "valid_to")):
        if right.expires_on is not None and day is not None and day > right.expires_on:
            raise BeyondTheRight(expires_on=right.expires_on, field=field)
