"""What ends between two days and is followed by nothing of its kind."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.certificates.kinds import Kind
from app.certificates.models import Certificate
from app.entities.models import Entity
from app.identity.rules import Actor, Role
from app.kit.db import beyond_fence
from app.kit.paging import Cut, Page, skipped
from app.office.expiries import AHEAD, Expiry, ExpiryKind
from app.products.models import OcopCertificate, Product
from app.rights.manager_queries import kept_by
from app.rights.models import IpRight, UseRight

_EVERYTHING: Final = frozenset(ExpiryKind)


@dataclass(frozen=True)
class Wanted:
    """What to look for: the last days, the kinds, and of which entity."""

    first: date
    last: date
    kinds: Collection[ExpiryKind] = field(default=_EVERYTHING)
    entity_id: int = 0


def list_expiries(
    db: Session, wanted: Wanted, *, actor: Actor, skip: int = 0, limit: int = 1000
) -> list[Expiry]:
    """Return what ends, the nearest day first.

    The Department reads all of it, a mark manager what concerns the rights whose users it keeps.
    """
    found = _all(wanted, actor).subquery()
    rows = select(found).order_by(found.c.last_day, found.c.kind, found.c.id)
    with _names(db, actor):
        read = db.execute(rows.offset(skip).limit(limit)).all()
    return [_expiry(row._asdict()) for row in read]


def require_reader(actor: Actor) -> None:
    """Refuse who neither is of the Department nor keeps the users of a right."""
    if not actor.of_department:
        actor.require_role(Role.MARK_MANAGER)


def page_of_expiries(db: Session, wanted: Wanted, *, actor: Actor, cut: Cut) -> Page[Expiry]:
    """Return a page of what ends; its `after` is how many come before it."""
    return skipped(
        cut, lambda skip, most: list_expiries(db, wanted, actor=actor, skip=skip, limit=most)
    )


def count_by_day(db: Session, wanted: Wanted, *, actor: Actor) -> dict[date, int]:
    """Return how many things end on each day, where any do."""
    found = _all(wanted, actor).subquery()
    rows = select(found.c.last_day, func.count()).group_by(found.c.last_day)
    with _names(db, actor):
        return {row[0]: row[1] for row in db.execute(rows)}


def count_ahead(db: Session, *, actor: Actor, day: date) -> dict[int, int]:
    """Return how many things end within each of the days a notice is given ahead."""
    wanted = Wanted(day, day + timedelta(days=max(AHEAD)))
    days = count_by_day(db, wanted, actor=actor)
    return {
        ahead: sum(count for last, count in days.items() if (last - day).days <= ahead)
        for ahead in sorted(AHEAD)
    }


def _names(db: Session, actor: Actor) -> Any:  # noqa: ANN401 - one of two managers of a context
    # Who keeps the users of a right reads what they are called, and nothing more of them; whose
    # rows these are says each query itself.
    return nullcontext() if actor.of_department else beyond_fence(db)


def _expiry(row: dict[str, Any]) -> Expiry:
    kind = ExpiryKind(row.pop("kind"))
    what = row.pop("what")
    if kind is ExpiryKind.CERTIFICATE:
        what = Kind(what).label
    return Expiry(kind=kind, what=what, **row)


def _all(wanted: Wanted, actor: Actor) -> CompoundSelect[Any]:
    made = {
        ExpiryKind.RIGHT: _rights,
        ExpiryKind.USE_RIGHT: _use_rights,
        ExpiryKind.OCOP: _ocop,
        ExpiryKind.CERTIFICATE: _certificates,
    }
    kinds = [kind for kind in ExpiryKind if kind in wanted.kinds] or list(ExpiryKind)
    return union_all(*(made[kind](wanted, actor) for kind in kinds))


def _within(column: Any, wanted: Wanted) -> ColumnElement[bool]:  # noqa: ANN401 - a column of days
    return and_(column >= wanted.first, column <= wanted.last)


def _kept(right_id: Any, actor: Actor) -> ColumnElement[bool]:  # noqa: ANN401 - a column of ids
    if actor.of_department:
        return true()
    kept = kept_by(actor)
    return false() if kept is None else right_id.in_(kept)


def _rights(wanted: Wanted, actor: Actor) -> Select[Any]:
    columns: Sequence[Any] = (
        *(literal(ExpiryKind.RIGHT.value).label("kind"), IpRight.id, IpRight.sign.label("what")),
        IpRight.registration_no_as_written.label("number"),
        IpRight.expires_on.label("last_day"),
        *(IpRight.owner_entity_id.label("entity_id"), IpRight.owner.label("entity")),
        *(cast(null(), BigInteger).label("product_id"), literal("").label("product")),
    )
    query = select(*columns).where(
        _within(IpRight.expires_on, wanted),
        IpRight.ended_on.is_(None) | (IpRight.ended_on > IpRight.expires_on),
        _kept(IpRight.id, actor),
    )
    return query.where(IpRight.owner_entity_id == wanted.entity_id) if wanted.entity_id else query


def _use_rights(wanted: Wanted, actor: Actor) -> Select[Any]:
    later = aliased(UseRight)
    renewed = select(later.id).where(
        later.right_id == UseRight.right_id,
        later.product_id == UseRight.product_id,
        later.valid_from > UseRight.valid_from,
        later.valid_to.is_(None) | (later.valid_to > UseRight.valid_to),
        later.ended_on.is_(None),
    )
    columns: Sequence[Any] = (
        *(literal(ExpiryKind.USE_RIGHT.value).label("kind"), UseRight.id),
        *(IpRight.sign.label("what"), UseRight.certificate_no.label("number")),
        UseRight.valid_to.label("last_day"),
        *_whose(),
    )
    query = (
        select(*columns)
        .select_from(UseRight)
        .join(IpRight, IpRight.id == UseRight.right_id)
        .join(Product, Product.id == UseRight.product_id)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(
            _within(UseRight.valid_to, wanted),
            UseRight.ended_on.is_(None) | (UseRight.ended_on > UseRight.valid_to),
            ~renewed.exists(),
            _kept(UseRight.right_id, actor),
        )
    )
    return _of(query, wanted)


def _ocop(wanted: Wanted, actor: Actor) -> Select[Any]:
    made, later = OcopCertificate, aliased(OcopCertificate)
    renewed = select(later.id).where(
        later.product_id == made.product_id,
        later.valid_to > made.valid_to,
        later.revoked_on.is_(None),
        later.struck_at.is_(None),
    )
    columns: Sequence[Any] = (
        *(literal(ExpiryKind.OCOP.value).label("kind"), made.id, Product.name.label("what")),
        made.decision_no.label("number"),
        made.valid_to.label("last_day"),
        *_whose(),
    )
    query = (
        select(*columns)
        .select_from(made)
        .join(Product, Product.id == made.product_id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(
            _within(made.valid_to, wanted),
            made.revoked_on.is_(None) | (made.revoked_on > made.valid_to),
            made.struck_at.is_(None),
            Product.status == "active",
            ~renewed.exists(),
            literal(actor.of_department),
        )
    )
    return _of(query, wanted)


def _certificates(wanted: Wanted, actor: Actor) -> Select[Any]:
    made, later = Certificate, aliased(Certificate)
    renewed = select(later.id).where(later.follows_id == made.id, later.struck_at.is_(None))
    columns: Sequence[Any] = (
        *(literal(ExpiryKind.CERTIFICATE.value).label("kind"), made.id, made.kind.label("what")),
        made.number.label("number"),
        made.valid_to.label("last_day"),
        *(Entity.id.label("entity_id"), Entity.name.label("entity")),
        *(made.product_id.label("product_id"), func.coalesce(Product.name, "").label("product")),
    )
    query = (
        select(*columns)
        .select_from(made)
        .join(Entity, Entity.id == made.entity_id)
        .outerjoin(Product, Product.id == made.product_id)
        .where(
            _within(made.valid_to, wanted),
            made.revoked_on.is_(None) | (made.revoked_on > made.valid_to),
            made.struck_at.is_(None),
            or_(Product.id.is_(None), Product.status == "active"),
            ~renewed.exists(),
            literal(actor.of_department),
        )
    )
    return _of(query, wanted)


def _whose() -> Sequence[Any]:
    return (
        Entity.id.label("entity_id"),
        Entity.name.label("entity"),
        Product.id.label("product_id"),
        Product.name.label("product"),
    )


def _of(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(Entity.status == "active", Entity.practice.is_(False))
    return query.where(Entity.id == wanted.entity_id) if wanted.entity_id else query
