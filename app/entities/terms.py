"""The words of an entity's history: its acts, its fields, their values."""

from typing import Final

from app.audit.history import Terms
from app.entities.parts import SCHEME_LABELS, SUBJECT_LABELS
from app.entities.rules import KIND_LABELS
from app.kit.i18n import N_

ENTITY_TERMS: Final = Terms(
    acts={
        "entity.add": N_("Entity added"),
        "entity.change": N_("Entity changed"),
        "entity.start_over": N_("Practice records cleared"),
        "entity.facility.add": N_("Facility added"),
        "entity.facility.change": N_("Facility changed"),
        "entity.facility.retire": N_("Facility retired"),
        "entity.facility.restore": N_("Facility brought back"),
        "entity.facility_code.add": N_("Code of a facility recorded"),
        "entity.facility_code.retire": N_("Code of a facility retired"),
        "entity.contact.add": N_("Contact added"),
        "entity.contact.change": N_("Contact changed"),
        "entity.contact.retire": N_("Contact retired"),
        "entity.consent.give": N_("Consent recorded"),
        "entity.consent.withdraw": N_("Consent withdrawn"),
        "entity.training.record": N_("Training recorded"),
        "entity.training.strike": N_("Training struck out"),
    },
    fields={
        "name": N_("Name"),
        "practice": N_("Practice farm"),
        "kind": N_("Kind"),
        "tax_no": N_("Tax number"),
        "registration_no": N_("Registration number"),
        "gln": "GLN",
        "commune_code": N_("Commune"),
        "address": N_("Address"),
        "address_as_written": N_("Address as written in documents"),
        "address_legacy": N_("Address before the communes were merged"),
        "representative": N_("Representative"),
        "phone": N_("Phone"),
        "phone_public": N_("Phone shown to the public"),
        "email": N_("E-mail"),
        "website": N_("Website"),
        "dissolved_on": N_("Dissolved on"),
        "location_code": N_("Location code"),
        "latitude": N_("Latitude"),
        "longitude": N_("Longitude"),
        "scheme": N_("Scheme"),
        "code": N_("Code"),
        "issuer": N_("Issuer"),
        "valid_from": N_("Valid from"),
        "valid_to": N_("Valid to"),
        "position": N_("Position"),
        "subject": N_("What is published"),
        "given_by": N_("Consent given by"),
        "given_on": N_("Consent given on"),
        "document": N_("Document"),
        "held_on": N_("Held on"),
        "topic": N_("Topic"),
        "trainer": N_("Trainer"),
        "people": N_("People"),
        "note": N_("Note"),
    },
    values={"kind": KIND_LABELS, "scheme": SCHEME_LABELS, "subject": SUBJECT_LABELS},
    same=frozenset({"facility", "contact"}),
)
