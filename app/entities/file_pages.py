"""The list of entities as a file: without personal fields, a person's number covered."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.entities.models import Entity
from app.entities.rules import KIND_LABELS, Kind, masked_tax_no
from app.entities.terms import ENTITY_TERMS
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator

_TOLD: Final = (
    "name",
    "kind",
    "tax_no",
    "registration_no",
    "gln",
    "commune_code",
    "address",
    "address_as_written",
    "address_legacy",
    "website",
    "status",
    "dissolved_on",
)
# Where an individual lives is no more public in a file than on a page.
_OF_PLACE: Final = frozenset({"address", "address_as_written", "address_legacy"})


def entities_file(kind: FileKind, entities: Iterable[Entity], words: Translator) -> Response:
    labels = {**ENTITY_TERMS.fields, "status": N_("Status")}
    heads = [("id", N_("Entity no.")), *((name, labels[name]) for name in _TOLD)]
    rows = ([one.id, *(_cell(one, name, words) for name in _TOLD)] for one in entities)
    title = N_("Entities")
    return file_of(kind, name="entities", title=title, heads=heads, rows=rows, words=words)


def _cell(entity: Entity, name: str, words: Translator) -> Cell:
    value: Cell = getattr(entity, name)
    if name == "tax_no":
        return masked_tax_no(entity.tax_no)
    if name in _OF_PLACE and entity.kind == Kind.INDIVIDUAL:
        return ""
    if name == "kind":
        return words.gettext(KIND_LABELS[entity.kind])
    if name == "status":
        return words.gettext(N_("Dissolved") if entity.dissolved_on else N_("In operation"))
    return value
