"""How an event of any kind is told: its fields named where a name is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from app.audit.differences import differences
from app.audit.history import Event, Happened, Terms, tell
from app.certificates.terms import CERTIFICATE_TERMS
from app.diary.rules import EntryKind, LotState
from app.entities.terms import ENTITY_TERMS
from app.identity.rules import ROLE_LABELS
from app.kit.i18n import Translator
from app.lookup.verdict import Verdict
from app.office.audit_words import ACTS, FIELDS, SUBJECTS
from app.oversight.inspection_terms import INSPECTION_TERMS
from app.oversight.quality_terms import QUALITY_TERMS
from app.oversight.terms import OVERSIGHT_TERMS
from app.partners.rules import ListingState, PartnerKind
from app.products.links import LANGUAGES, RELS
from app.products.terms import PRODUCT_TERMS
from app.rights.right_terms import RIGHT_TERMS
from app.rights.use_terms import USE_RIGHT_TERMS
from app.scans.signals import SignalState
from app.stamps.allotting import AllotmentState, Basis

KNOWN_ACTS: Final = {
    **INSPECTION_TERMS.acts,
    **OVERSIGHT_TERMS.acts,
    **QUALITY_TERMS.acts,
    **PRODUCT_TERMS.acts,
    **RIGHT_TERMS.acts,
    **USE_RIGHT_TERMS.acts,
    **ENTITY_TERMS.acts,
    **CERTIFICATE_TERMS.acts,
    **ACTS,
}
KNOWN_FIELDS: Final = {
    **INSPECTION_TERMS.fields,
    **RIGHT_TERMS.fields,
    **USE_RIGHT_TERMS.fields,
    **CERTIFICATE_TERMS.fields,
    **QUALITY_TERMS.fields,
    **OVERSIGHT_TERMS.fields,
    **PRODUCT_TERMS.fields,
    **ENTITY_TERMS.fields,
    **FIELDS,
}


class Labelled(Protocol):
    """A value that has a word for its readers."""

    @property
    def label(self) -> str: ...


def _labels(values: Iterable[Labelled]) -> dict[str, str]:
    return {str(one): one.label for one in values}


_VALUES: Final = {
    "entity": ENTITY_TERMS.values,
    "product": {**PRODUCT_TERMS.values, "rel": RELS, "language": LANGUAGES},
    "right": RIGHT_TERMS.values,
    "use_right": USE_RIGHT_TERMS.values,
    "report": OVERSIGHT_TERMS.values,
    "inspection": INSPECTION_TERMS.values,
    "inspection_plan": INSPECTION_TERMS.values,
    # A finding keeps the words a look-up said, in the language of the messages.
    "finding": {**OVERSIGHT_TERMS.values, "verdict": {one.label: one.label for one in Verdict}},
    "test": QUALITY_TERMS.values,
    "certificate": CERTIFICATE_TERMS.values,
    "signal": {"state": _labels(SignalState)},
    "lot": {"state": _labels(LotState)},
    "entry": {"kind": _labels(EntryKind)},
    "partner": {"kind": _labels(PartnerKind)},
    "listing": {"state": _labels(ListingState)},
    "allotment": {"basis": _labels(Basis), "state": _labels(AllotmentState)},
}


@dataclass(frozen=True)
class Told:
    """An event in the reader's words, with what it is about."""

    happened: Happened
    actor_id: int | None
    kind: str
    kind_label: str
    subject_id: str
    path: str
    entity_id: int | None
    entity: str


class Recorded(Event, Protocol):
    """What is read of an event here besides what it changed."""

    @property
    def actor_id(self) -> int | None: ...
    @property
    def subject_kind(self) -> str: ...
    @property
    def subject_id(self) -> str: ...
    @property
    def entity_id(self) -> int | None: ...


def terms_for(event: Event) -> Terms:
    """Return the words an event needs. A field without one is told by its own name.

    Nothing is left out: who looks into the trail is to see what was recorded.
    """
    changed = differences(event.before, event.after)
    names = {
        one.field: KNOWN_FIELDS.get(one.field.rpartition(".")[2], one.field) for one in changed
    }
    values = _VALUES.get(event.action.partition(".")[0], {})
    return Terms(KNOWN_ACTS, names, {**values, "role": ROLE_LABELS})


def told(event: Recorded, *, entity: str, hide: bool, words: Translator) -> Told:
    """Return an event as the audit trail shows it; `hide` leaves personal numbers out."""
    label, path = SUBJECTS.get(event.subject_kind, (event.subject_kind, ""))
    return Told(
        happened=tell(event, terms_for(event), words, hide=hide),
        actor_id=event.actor_id,
        kind=event.subject_kind,
        kind_label=words.gettext(label),
        subject_id=event.subject_id,
        path=path.format(id=event.subject_id),
        entity_id=event.entity_id,
        entity=entity,
    )
