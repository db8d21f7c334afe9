from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.queries import dissolutions_of
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.manager_queries import is_kept, kept_by
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.rules import RightFacts, UseRightFacts, use_right_status
from app.rights.standing import Standing

MOST_OF_A_NAME: Final = 20


class NoSuchRight(NotFound):
    """There is no such IP right"""

    code = "rights.not_found"
    detail = N_("Check the address, or look for the right in the list.")


class NoSuchUseRight(NotFound):
    """There is no such use right"""

    code = "rights.use_right_not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


class ProductRights(NamedTuple):
    """What `rules.badges` and `lines.lines` judge an entity's product by."""

    rights: tuple[RightFacts, ...]
    use_rights: tuple[UseRightFacts, ...]


def facts_for(db: Session, *, entity_id: int, product_id: int) -> ProductRights:
    """Return the rights that could bear on an entity's product, whatever their dates.

    Two queries. Of a trademark's products only this one is told.
    """
    granted = db.execute(
        select(UseRight, Product.form, Entity.dissolved_on)
        .join(Product, Product.id == UseRight.product_id)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(UseRight.entity_id == entity_id, UseRight.product_id == product_id)
        .order_by(UseRight.id)
    ).all()
    linked = _linked_to(product_id)
    own_mark = and_(IpRight.owner_entity_id == entity_id, linked)
    bearing = or_(IpRight.id.in_({one.right_id for one, _, _ in granted}), own_mark)
    query = select(IpRight, linked, Entity.dissolved_on)
    owned = query.outerjoin(Entity, Entity.id == IpRight.owner_entity_id)
    found = db.execute(owned.where(bearing).order_by(IpRight.id)).all()
    return ProductRights(
        rights=tuple(
            right_facts(right, [product_id] if bears else [], gone_on)
            for right, bears, gone_on in found
        ),
        use_rights=tuple(use_right_facts(one, form, gone_on) for one, form, gone_on in granted),
    )


def right_facts(
    right: IpRight, product_ids: Iterable[int] = (), owner_gone_on: date | None = None
) -> RightFacts:
    """Return what a right is judged by; what is owned needs its products and its owner's end."""
    return RightFacts(
        id=right.id,
        type=RightType(right.type),
        sign=right.sign,
        number=right.registration_no,
        number_written=right.registration_no_as_written,
        application_number=right.application_no,
        checked_on=right.checked_on,
        applied_on=right.application_date or None,
        registered_on=right.registration_date or None,
        expires_on=right.expires_on,
        suspended_on=right.suspended_on,
        resumed_on=right.resumed_on,
        pauses=_pauses(right.pauses),
        ended_on=right.ended_on,
        owner_entity_id=right.owner_entity_id,
        owner_gone_on=owner_gone_on,
        product_ids=frozenset(product_ids),
    )


def use_right_facts(
    use_right: UseRight, product_form: str, holder_gone_on: date | None
) -> UseRightFacts:
    """Return what a badge is judged by.

    `product_form` is that of the product it is for, `holder_gone_on` when its entity was dissolved.
    """
    return UseRightFacts(
        id=use_right.id,
        right_id=use_right.right_id,
        entity_id=use_right.entity_id,
        product_id=use_right.product_id,
        valid_from=use_right.valid_from,
        valid_to=use_right.valid_to,
        certificate_no=use_right.certificate_no,
        form=use_right.form,
        product_form=product_form,
        suspended_on=use_right.suspended_on,
        resumed_on=use_right.resumed_on,
        pauses=_pauses(use_right.pauses),
        ended_on=use_right.ended_on,
        holder_gone_on=holder_gone_on,
    )


def use_right_standing(use_right: UseRight, day: date, holder_gone_on: date | None) -> Standing:
    """Return how a use right itself stands on a day, whatever becomes of its right or product."""
    return use_right_status(use_right_facts(use_right, "", holder_gone_on), day)


def holders_gone(db: Session, use_rights: Iterable[UseRight]) -> dict[int, date]:
    """Return when the entities of use rights were dissolved, of those that were."""
    # Who keeps the users of a right reads no other record of theirs: only that they are no more.
    with beyond_fence(db):
        return dissolutions_of(db, [one.entity_id for one in use_rights])


def _pauses(written: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, after) for first, after in written)


def get_right(db: Session, right_id: int) -> IpRight:
    """Return a right, which everybody signed in may read, or raise NoSuchRight."""
    right = db.get(IpRight, right_id)
    if right is None:
        raise NoSuchRight
    return right


def right_to_change(db: Session, right_id: int, *, actor: Actor) -> IpRight:
    """Return a right for an officer to change, held until this transaction ends."""
    get_right(db, right_id)
    actor.require_officer()
    return hold_right(db, right_id)


def hold_right(db: Session, right_id: int) -> IpRight:
    """Return a right that there is as it stands now, held until this transaction ends."""
    return db.get_one(IpRight, right_id, with_for_update=True, populate_existing=True)


def same_sign(db: Session, right: IpRight) -> list[IpRight]:
    """Return the other rights of a right's name: one name may protect several goods."""
    query = select(IpRight).where(IpRight.folded == right.folded, IpRight.id != right.id)
    return list(db.scalars(query.order_by(IpRight.id).limit(MOST_OF_A_NAME)))


def is_public_sign(db: Session, sha256: str) -> bool:
    """Tell whether a picture is the sign of a right that was checked against its certificate."""
    query = select(IpRight.id).where(IpRight.image == sha256, IpRight.checked_on.is_not(None))
    return db.scalar(query.limit(1)) is not None


def named_signs(db: Session) -> set[str]:
    """Return the SHA-256 of every picture of a sign."""
    return set(db.scalars(select(IpRight.image).where(IpRight.image != "")))


def find_by_number(db: Session, registration_no: str) -> IpRight | None:
    """Return the right of that normalised registration number."""
    query = select(IpRight).where(IpRight.registration_no == registration_no)
    return db.scalars(query).one_or_none()


def list_rights(
    db: Session,
    *,
    cut: Cut,
    text: str = "",
    kind: str = "",
    owner_entity_id: int = 0,
    checked: bool | None = None,
) -> Page[IpRight]:
    """Return rights by a part of their sign or number; `checked` is by an officer."""
    query = select(IpRight)
    if text:
        in_number = [IpRight.registration_no, IpRight.registration_no_as_written]
        query = query.where(
            IpRight.folded.contains(fold(text), autoescape=True)
            | or_(*(number.icontains(text.strip(), autoescape=True) for number in in_number))
        )
    if kind:
        query = query.where(IpRight.type == kind)
    if owner_entity_id:
        query = query.where(IpRight.owner_entity_id == owner_entity_id)
    if checked is not None:
        query = query.where(IpRight.checked_on.is_not(None) == checked)
    return take(db, query, IpRight.id, cut)


def rights_by_id(db: Session, ids: Iterable[int]) -> dict[int, IpRight]:
    rows = db.scalars(select(IpRight).where(IpRight.id.in_(set(ids))))
    return {right.id: right for right in rows}


def products_of(db: Session, right_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the products that bear each trademark; each right asked for has a list."""
    found: dict[int, list[int]] = {right_id: [] for right_id in set(right_ids)}
    query = select(RightProduct).where(RightProduct.right_id.in_(found))
    for link in db.scalars(query.order_by(RightProduct.product_id)):
        found[link.right_id].append(link.product_id)
    return found


def get_use_right(db: Session, use_right_id: int, *, actor: Actor) -> UseRight:
    """Return a use right the actor sees, or raise NoSuchUseRight."""
    use_right = db.get(UseRight, use_right_id)
    if use_right is None:
        raise NoSuchUseRight
    if not actor.sees(use_right.entity_id) and not is_kept(db, actor, use_right.right_id):
        raise NoSuchUseRight
    return use_right


def list_use_rights(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    text: str = "",
    right_id: int = 0,
    entity_id: int = 0,
    product_id: int = 0,
) -> Page[UseRight]:
    """Return the use rights the actor sees, by a part of entity, product or certificate number."""
    query: Select[Any] = select(UseRight)
    scope, kept = actor.scope(), kept_by(actor)
    if scope is not None:
        own = UseRight.entity_id.in_(scope)
        query = query.where(own if kept is None else own | UseRight.right_id.in_(kept))
    if text:
        query = _with_names(query, text)
    if right_id:
        query = query.where(UseRight.right_id == right_id)
    if entity_id:
        query = query.where(UseRight.entity_id == entity_id)
    if product_id:
        query = query.where(UseRight.product_id == product_id)
    # To find users by what they are called, who keeps those of a right needs their names; whose
    # use rights these are is in the conditions above.
    with beyond_fence(db) if text and kept is not None else nullcontext():
        return take(db, query, UseRight.id, cut)


def count_users(db: Session, right_id: int) -> int:
    query = select(func.count()).select_from(UseRight).where(UseRight.right_id == right_id)
    return db.scalar(query) or 0


def _with_names(query: Select[Any], text: str) -> Select[Any]:
    wanted = fold(text)
    # Names are sought first, where each stands once: joined to 100,000 use rights it takes four
    # times as long.
    makers = select(Entity.id).where(Entity.folded.contains(wanted, autoescape=True))
    products = select(Product.id).where(Product.folded.contains(wanted, autoescape=True))
    return query.where(
        UseRight.entity_id.in_(makers)
        | UseRight.product_id.in_(products)
        | UseRight.certificate_no.icontains(text.strip(), autoescape=True)
    )


def _linked_to(product_id: int) -> ColumnElement[bool]:
    return exists().where(
        RightProduct.right_id == IpRight.id, RightProduct.product_id == product_id
    )
