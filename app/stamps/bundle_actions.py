from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.stamps.allotment_queries import get_allotment
from app.stamps.bundle import file_name
from app.stamps.bundle_queries import issued_batches
from app.stamps.export_actions import (
    LISTS,
    NoSuchFormat,
    TooManyCodes,
    asked_for,
    check_layout,
    checked_form,
    checked_reason,
)
from app.stamps.export_queries import facts_of, find_same_export, gtin_of, spec_of
from app.stamps.job import MOST_CODES, SUFFIXES
from app.stamps.models import Export
from app.stamps.preset_queries import ANY_PRESET, choose_preset
from app.stamps.print_actions import Press

BUNDLE_FORMATS: Final = ("pdf", "csv", "xlsx")
_OWN: Final = ("label", "product", "entity", "gtin")
_HEADS: Final = (
    N_("Entity"),
    N_("Product"),
    N_("Batch"),
    N_("First stamp no."),
    N_("Last stamp no."),
    N_("Quantity"),
    N_("GTIN"),
    N_("File"),
    N_("SHA-256"),
)


class AllotmentNotIssued(Conflict):
    """The allotment has not been issued yet"""

    code: ClassVar[str] = "stamps.allotment_not_issued"
    detail: ClassVar[str] = N_("Its stamps have no codes before it is issued. Issue it first.")


@dataclass(frozen=True, kw_only=True)
class WantedBundle:
    """One ZIP of all stamps of an allotment, a file for each batch in the format that is named."""

    allotment_id: int
    format: str
    reason: str
    preset: str = ANY_PRESET
    form: str = ""


def ask_allotment_export(
    db: Session, *, actor: Actor, now: datetime, press: Press, wanted: WantedBundle
) -> Export:
    """Return the record of the ZIP, waiting to be made where it is new or had failed.

    The same allotment, format, form, preset and reason is the same record.
    """
    asked = _planned(db, actor=actor, press=press, wanted=wanted)
    return asked_for(db, actor=actor, now=now, wanted=asked, codes=asked.count, entity_id=None)


def find_allotment_export(
    db: Session, *, actor: Actor, press: Press, wanted: WantedBundle
) -> Export | None:
    """Return the record if the same ZIP was asked for before."""
    return find_same_export(db, _planned(db, actor=actor, press=press, wanted=wanted))


def _planned(db: Session, *, actor: Actor, press: Press, wanted: WantedBundle) -> Export:
    get_allotment(db, wanted.allotment_id, actor=actor)
    actor.require_officer()
    if wanted.format not in BUNDLE_FORMATS:
        raise NoSuchFormat(expected=", ".join(BUNDLE_FORMATS))
    reason, facts = checked_reason(wanted.reason), _facts(db, press=press, wanted=wanted)
    count = sum(part["count"] for part in facts["parts"])
    if count > MOST_CODES:
        raise TooManyCodes(most=MOST_CODES)
    chosen = choose_preset(db, wanted.preset)
    return Export(
        allotment_id=wanted.allotment_id,
        format=wanted.format,
        form="short" if wanted.form == "short" else "gs1",
        preset="" if wanted.format in LISTS else chosen.key,
        reason=reason,
        first=1,
        count=count,
        facts=facts,
    )


def _facts(db: Session, *, press: Press, wanted: WantedBundle) -> dict[str, Any]:
    """Return what stands on all stamps of the allotment: what is alike once, the rest by batch."""
    chosen = choose_preset(db, wanted.preset)
    parts: list[dict[str, Any]] = []
    alike: dict[str, Any] = {"heads": [press.words.gettext(head) for head in _HEADS]}
    for batch, entity in issued_batches(db, wanted.allotment_id):
        # Where a product has no GTIN its stamps bear the short form, whatever the others do.
        gtin = gtin_of(db, batch)
        form = checked_form(wanted.form if gtin else wanted.form.replace("gs1", ""), gtin)
        facts = facts_of(
            db, batch, base_url=press.base_url, words=press.words, chosen=chosen, form=form
        )
        check_layout(spec_of(facts, preset="", first=1))
        suffix = SUFFIXES[wanted.format]
        name = file_name(entity.name, entity.id, batch.id, facts["product"], suffix)
        own = {name: facts.pop(name) for name in _OWN}
        alike |= facts
        parts.append(own | {"batch_id": batch.id, "count": batch.granted, "file": name})
    if not parts:
        raise AllotmentNotIssued
    return alike | {"parts": parts}
