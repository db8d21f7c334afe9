"""What the public reads of a producer: of its personal fields what a consent publishes."""

from typing import Any

from sqlalchemy.orm import Session

from app.entities.part_queries import list_published_contacts, published
from app.entities.parts import Subject
from app.entities.rules import KIND_LABELS
from app.lookup.sheet import ContactPart, EntityPart, Place


def maker_of(db: Session, found: Any) -> EntityPart:  # noqa: ANN401 - a row of bundles: entity, commune, province
    entity = found.entity
    shown = published(db, entity.id)
    named = [place for place in (found.commune, found.province) if place.name is not None]
    contacts = list_published_contacts(db, shown) if shown.contacts else []
    return EntityPart(
        id=entity.id,
        name=entity.name,
        kind=KIND_LABELS[entity.kind],
        address=entity.address if shown.shows_address(entity.kind) else "",
        places=tuple(Place(**place._asdict()) for place in named),
        representative=entity.representative if shown.shows(Subject.REPRESENTATIVE) else "",
        phone=entity.phone if shown.shows(Subject.PHONE) else "",
        email=entity.email if shown.shows(Subject.EMAIL) else "",
        contacts=tuple(
            ContactPart(name=one.name, position=one.position, phone=one.phone, email=one.email)
            for one in contacts
        ),
        website=entity.website,
        dissolved=entity.status == "dissolved",
    )
