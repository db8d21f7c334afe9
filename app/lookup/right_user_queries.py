"""The public list of a right's users, and of those who were."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Bundle, Session

from app.entities.models import Entity
from app.kit.paging import Cut, Page, take
from app.lookup.register_queries import PLACE, contains, full_of, place_of, words_of
from app.lookup.right_parts import UserRow
from app.lookup.right_search_queries import may_use
from app.places import models as places
from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.models import RightProduct, UseRight
from app.rights.queries import use_right_standing
from app.rights.rules import RightFacts, in_force
from app.rights.standing import Standing

USER_SORTS: Final = {"name": (Entity.folded,)}
_FORMER: Final = frozenset({Standing.SUSPENDED, Standing.EXPIRED, Standing.ENDED})


@dataclass(frozen=True, slots=True)
class _Use:
    """A use right and how it stands; its names are read once it is known to be shown."""

    id: int
    state: Standing
    row: Any


def list_users(
    db: Session, right: RightFacts, *, day: date, cut: Cut, text: str = ""
) -> Page[UserRow]:
    """Return who may use a right on a day by name; nobody where the right itself is not in force.

    `text` is words of producer, product or commune, or of a certificate's number.
    """
    if not in_force(right, None, day):
        return Page([], None)
    query = _sought(_listed(right.id), text).where(*may_use(day))
    page = full_of(_reader(db, query, day), cut, lambda one: one.state is Standing.IN_FORCE)
    return page.having(_users(db, page.items, day))


def list_former_users(db: Session, right: RightFacts, *, day: date, cut: Cut) -> Page[UserRow]:
    """Return who might use a right once, or may not for the time being, the latest first."""
    over = (
        UseRight.valid_to < day,
        UseRight.ended_on <= day,
        Entity.dissolved_on <= day,
        UseRight.suspended_on <= day,
        func.json_array_length(UseRight.pauses) > 0,
    )
    query = _listed(right.id).where(or_(*over))
    page = full_of(_reader(db, query, day), cut, lambda one: one.state in _FORMER)
    return page.having(_users(db, page.items, day))


def list_bearing(db: Session, right: RightFacts, *, most: int) -> list[tuple[int, str]]:
    """Return the products that bear an ordinary trademark of their own maker, by name."""
    if right.type is not RightType.TRADEMARK or right.owner_entity_id is None:
        return []
    query = (
        select(Product.id, Product.name)
        .join(RightProduct, RightProduct.product_id == Product.id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(
            RightProduct.right_id == right.id,
            Product.entity_id == right.owner_entity_id,
            Entity.practice.is_(False),
        )
    )
    rows = db.execute(query.order_by(Product.folded, Product.id).limit(most))
    return [(row.id, row.name) for row in rows]


def _listed(right_id: int) -> Select[Any]:
    facts = (
        *(UseRight.id, UseRight.right_id, UseRight.entity_id, UseRight.product_id),
        *(UseRight.form, UseRight.certificate_no, UseRight.decision_no, UseRight.valid_from),
        *(UseRight.valid_to, UseRight.suspended_on, UseRight.resumed_on, UseRight.pauses),
        *(UseRight.ended_on, UseRight.revoked, Entity.dissolved_on),
    )
    return (
        select(Bundle("one", *facts))
        .select_from(UseRight)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(UseRight.right_id == right_id, UseRight.listed, Entity.practice.is_(False))
    )


def _sought(query: Select[Any], text: str) -> Select[Any]:
    words = words_of(text)
    if words:
        query = query.join(Product, Product.id == UseRight.product_id)
    for word in words:
        communes = select(places.Place.code).where(contains(word, places.Place.folded))
        query = query.where(
            contains(word, Entity.folded, Product.folded)
            | Entity.commune_code.in_(communes)
            | UseRight.certificate_no.icontains(word, autoescape=True)
        )
    return query


def _reader(db: Session, query: Select[Any], day: date) -> Callable[[Cut], Page[_Use]]:
    def use(row: Any) -> _Use:  # noqa: ANN401 - a bundle of the statement above
        return _Use(row.id, use_right_standing(row, day, row.dissolved_on), row)

    return lambda part: take(db, query, UseRight.id, part, USER_SORTS).map(use)


def _users(db: Session, uses: Sequence[_Use], day: date) -> list[UserRow]:
    """Return the use rights with their names, in their order."""
    query = (
        select(
            *(UseRight.id, Entity.name.label("entity"), Product.name.label("product"), *PLACE),
        )
        .join(Entity, Entity.id == UseRight.entity_id)
        .join(Product, Product.id == UseRight.product_id)
        .outerjoin(places.Place, places.Place.code == Entity.commune_code)
        .where(UseRight.id.in_([one.id for one in uses]))
    )
    named = {row.id: row for row in db.execute(query)} if uses else {}
    return [_user(one, named[one.id], day) for one in uses]


def _user(use: _Use, named: Any, day: date) -> UserRow:  # noqa: ANN401 - a row of the statement above
    row = use.row
    return UserRow(
        id=use.id,
        entity_id=row.entity_id,
        entity=named.entity,
        place=place_of(named),
        product_id=row.product_id,
        product=named.product,
        form=row.form,
        certificate_no=row.certificate_no,
        decision_no=row.decision_no,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=use.state,
        since=_since(row, use.state, day),
        revoked=row.revoked,
        holder_gone=_ended_with_holder(row),
    )


def _ended_with_holder(row: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether its entity was dissolved before any decision ended it."""
    gone_on: date | None = row.dissolved_on
    return gone_on is not None and (row.ended_on is None or gone_on < row.ended_on)


def _since(row: Any, state: Standing, day: date) -> date | None:  # noqa: ANN401 - as above
    if state is Standing.EXPIRED:
        found: date | None = row.valid_to
    elif state is Standing.ENDED:
        found = row.dissolved_on if _ended_with_holder(row) else row.ended_on
    else:
        # An earlier suspension may last while a later one is decided already.
        found = row.suspended_on if row.suspended_on and row.suspended_on <= day else None
    return found
