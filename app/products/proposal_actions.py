"""Proposals of products and their producers: pictures taken in, and what is accepted applied."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.entities import contact_actions
from app.entities.actions import change_entity
from app.entities.part_models import Proposal
from app.entities.proposal_actions import settle_accepted
from app.entities.proposal_queries import get_proposal
from app.identity.rules import Actor
from app.kit.db import Database
from app.kit.files import Files
from app.products.actions import change_product
from app.products.models import Product
from app.products.picture_actions import place_picture, remove_picture
from app.products.pictures import check_and_resize, file_name
from app.products.proposal_queries import values_now
from app.products.proposing import (
    ADDED,
    CONTACT,
    ENTITY_FIELDS,
    NEW,
    PRODUCT_FIELDS,
    SHOWN,
    RecordMoved,
    digest,
)
from app.products.queries import get_product


def receive_proposed(
    database: Database, files: Files, raw: bytes, *, actor: Actor, product_id: int, field: str
) -> dict[str, Any]:
    """Check a proposed picture, write it anew and store it: slow, so outside the transaction.

    Nothing is decoded for a product that is not the actor's own. What no proposal names is
    swept away after a day.
    """
    with database.begin(write=False) as db:
        get_own(db, product_id, actor=actor)
    picture = check_and_resize(raw, field=field)
    for one in picture.renditions:
        files.save(file_name(picture.sha256, one.slot, one.format), one.content)
    return {"sha256": picture.sha256, "width": picture.width, "height": picture.height}


def get_own(db: Session, product_id: int, *, actor: Actor) -> Product:
    """Return a product of an entity the actor owns."""
    product = get_product(db, product_id, actor=actor)
    actor.require_member(product.entity_id, owner=True)
    return product


def accept_proposal(
    db: Session, *, actor: Actor, now: datetime, proposal_id: int, seen: str
) -> Proposal:
    """Make what a producer proposed live. Officers only.

    `seen` is the digest of the values the officer compared it with: RecordMoved where the record
    says something else by now.
    """
    found = get_proposal(db, proposal_id, actor=actor)
    actor.require_officer()
    now_there = values_now(db, found)
    if digest(now_there) != seen:
        raise RecordMoved
    settle_accepted(db, actor=actor, now=now, proposal=found)
    if found.subject_kind == "product":
        _apply_to_product(db, actor, now, found, now_there)
    else:
        _apply_to_entity(db, actor, now, found, now_there)
    return found


def _apply_to_product(
    db: Session, actor: Actor, now: datetime, found: Proposal, there: Mapping[str, Any]
) -> None:
    who: dict[str, Any] = {"actor": actor, "now": now, "product_id": found.subject_id}
    fields = {name: value for name, value in found.after.items() if name in PRODUCT_FIELDS}
    if fields:
        change_product(db, **who, **fields)
    for key in found.after:
        if key.startswith(SHOWN) and there[key] is not None:
            remove_picture(db, **who, picture_id=int(key.removeprefix(SHOWN)))
    for key, wanted in found.after.items():
        if key.startswith(ADDED):
            place_picture(db, **who, **wanted)


def _apply_to_entity(
    db: Session, actor: Actor, now: datetime, found: Proposal, there: Mapping[str, Any]
) -> None:
    who: dict[str, Any] = {"actor": actor, "now": now, "entity_id": found.subject_id}
    fields = {name: value for name, value in found.after.items() if name in ENTITY_FIELDS}
    if fields:
        change_entity(db, **who, **fields)
    for key, wanted in found.after.items():
        if not key.startswith(CONTACT):
            continue
        if key == NEW:
            contact_actions.add_contact(db, **who, **wanted)
            continue
        contact = {**who, "contact_id": int(key.removeprefix(CONTACT))}
        if wanted is not None:
            contact_actions.change_contact(db, **contact, **wanted)
        elif there[key] is not None:
            contact_actions.retire_contact(db, **contact)
