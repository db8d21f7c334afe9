"""Rows of the office's lists: rights and use rights with names and how they stand on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.entities.queries import names_of as entity_names_of
from app.kit.db import beyond_fence
from app.products.queries import forms_of
from app.products.queries import names_of as product_names_of
from app.rights.kinds import RightType
from app.rights.labels import RIGHT_LABELS, USE_RIGHT_LABELS
from app.rights.models import IpRight, UseRight
from app.rights.queries import holders_gone, right_facts, rights_by_id, use_right_facts
from app.rights.rules import (
    RightFacts,
    UseRightFacts,
    badges,
    is_confirmed,
    right_status,
    use_right_status,
)


@dataclass(frozen=True)
class State:
    """How something stands today: the rule's word for it, and what people read."""

    name: str
    label: str


@dataclass(frozen=True)
class RightRow:
    """A right in a list."""

    right: IpRight
    kind: str
    state: State
    confirmed: bool


@dataclass(frozen=True)
class UserRow:
    """A user of a right: a use right, how it stands, and whether it gives a badge today."""

    use_right: UseRight
    entity: str
    product: str
    product_form: str
    state: State
    badge: bool
    # When its entity was dissolved: from that day it holds no longer.
    dissolved_on: date | None


def right_row(right: IpRight, day: date) -> RightRow:
    facts = right_facts(right)
    status = right_status(facts, day)
    state = State(status.value, RIGHT_LABELS[status])
    return RightRow(right, RightType(right.type).label, state, is_confirmed(facts))


def user_rows(db: Session, use_rights: Sequence[UseRight], day: date) -> list[UserRow]:
    """Return use rights with their names and how they stand on a day."""
    rights = rights_by_id(db, [one.right_id for one in use_rights])
    # Who keeps the users of a right reads no other record of theirs: only what they are called.
    with beyond_fence(db):
        entities = entity_names_of(db, [one.entity_id for one in use_rights])
        products = product_names_of(db, [one.product_id for one in use_rights])
        forms = forms_of(db, [one.product_id for one in use_rights])
    gone = holders_gone(db, use_rights)
    found = []
    for one in use_rights:
        form, gone_on = forms[one.product_id], gone.get(one.entity_id)
        facts = use_right_facts(one, form, gone_on)
        status = use_right_status(facts, day)
        found.append(
            UserRow(
                use_right=one,
                entity=entities[one.entity_id],
                product=products[one.product_id],
                product_form=form,
                state=State(status.value, USE_RIGHT_LABELS[status]),
                badge=gives_badge(right_facts(rights[one.right_id]), facts, day),
                dissolved_on=gone_on,
            )
        )
    return found


def gives_badge(right: RightFacts, use_right: UseRightFacts, day: date) -> bool:
    """Tell whether a use right shines on a day, by the rule that pages and stamps ask."""
    entity_id, product_id = use_right.entity_id, use_right.product_id
    return bool(badges([right], [use_right], entity_id, product_id, day))
