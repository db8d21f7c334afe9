"""A practice farm made empty again: it ends, and an empty one takes its place.

Nothing is deleted: entries and the audit trail can't be, and must not be for this either. What was
practised stays with the farm that ended, out of everybody's way.
"""

from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.diary.models import ProductionProcess
from app.entities.actions import add_entity, dissolve_entity
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.entities.queries import get_active_entity
from app.entities.trail_actions import note
from app.identity.actions import add_membership
from app.identity.models import Membership
from app.identity.role_actions import drop_membership
from app.identity.rules import Actor, Belonging
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.products.models import Product

_KEPT: Final = ("name", "kind", "commune_code", "address", "representative", "phone")
_OWN: Final = frozenset({"id", "entity_id", "product_id"})


class NotPractice(Conflict):
    """The entity is no practice farm"""

    code: ClassVar[str] = "diary.not_practice"
    detail: ClassVar[str] = N_("What a real producer recorded is never cleared.")


def start_over(db: Session, *, actor: Actor, now: datetime, entity_id: int) -> Entity:
    """End a practice farm and return an empty one of its name, products and people.

    Officers only. Raises NotPractice.
    """
    old = get_active_entity(db, entity_id, actor=actor)
    actor.require_officer()
    if not old.practice:
        raise NotPractice
    facts = {name: getattr(old, name) for name in _KEPT}
    new = add_entity(db, actor=actor, now=now, practice=True, **facts)
    _copy_products(db, old, new)
    for facility in db.scalars(select(Facility).where(Facility.entity_id == old.id)):
        if facility.retired_on is None:
            db.add(Facility(entity_id=new.id, **_facts(facility)))
    for one in db.scalars(select(Membership).where(Membership.entity_id == old.id)).all():
        who: dict[str, Any] = {"actor": actor, "now": now, "account_id": one.account_id}
        add_membership(db, entity_id=new.id, belonging=Belonging(one.role), **who)
        drop_membership(db, entity_id=old.id, **who)
    dissolve_entity(db, actor=actor, now=now, entity_id=old.id, dissolved_on=day_of(now))
    note(db, actor, now, "entity.start_over", old, None, {"entity_id": new.id})
    return new


def _copy_products(db: Session, old: Entity, new: Entity) -> None:
    made = select(Product).where(Product.entity_id == old.id, Product.status == "active")
    for product in db.scalars(made.order_by(Product.id)).all():
        copy = Product(entity_id=new.id, **_facts(product))
        db.add(copy)
        db.flush()
        processes = select(ProductionProcess).where(ProductionProcess.product_id == product.id)
        for one in db.scalars(processes.order_by(ProductionProcess.version)).all():
            db.add(ProductionProcess(entity_id=new.id, product_id=copy.id, **_facts(one)))
    db.flush()


def _facts(record: object) -> dict[str, Any]:
    names = (column.key for column in inspect(type(record)).column_attrs)
    return {name: getattr(record, name) for name in names if name not in _OWN}
