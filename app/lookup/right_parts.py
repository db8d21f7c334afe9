"""What the public reads of a right: plain values, and what of them is nobody's to publish."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.kit.i18n import N_
from app.lookup.sheet import Place
from app.products.forms import ProductForm
from app.rights.kinds import RightType
from app.rights.labels import RIGHT_LABELS
from app.rights.lines import STATE_WORDS
from app.rights.rules import Day, RightFacts, RightStatus
from app.rights.standing import Standing

STANDING_LABELS: Final = {
    "in_force": N_("In force"),
    "suspended": N_("Suspended"),
    "over": N_("Expired or ended"),
}
# What was written before there was a choice is shown as it is.
FORM_LABELS: Final = {form.value: form.label for form in ProductForm}
DECISION_LABELS: Final = {
    "registered": N_("Registered"),
    "amended": N_("Amended"),
    "renewed": N_("Renewed"),
    "suspended": N_("Suspended"),
    "resumed": N_("Resumed"),
    "ended": N_("Ended"),
}
_STATE_WORDS: Final = {RightStatus(state.value): words for state, words in STATE_WORDS.items()}
_FORMER_WORDS: Final = {
    Standing.SUSPENDED: N_("Suspended since {date}"),
    Standing.EXPIRED: N_("Valid until {date}"),
    Standing.ENDED: N_("Ended on {date}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRow:
    """A right in the register, as it stands on the day; `facts` is what the rules judge."""

    id: int
    type: RightType
    sign: str
    goods: str
    number: str
    owner: str
    owner_entity_id: int | None
    managing_body: str
    status: RightStatus
    facts: RightFacts

    @property
    def state_words(self) -> str:
        """Say how it stands; {date} is `since`."""
        return _STATE_WORDS.get(self.status, RIGHT_LABELS[self.status])

    @property
    def since(self) -> Day | None:
        days: dict[RightStatus, Day | None] = {
            RightStatus.SUSPENDED: self.facts.suspended_on,
            RightStatus.EXPIRED: self.facts.expires_on,
            RightStatus.ENDED: self.facts.ended_on,
        }
        return days.get(self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderPart:
    """Who owned or managed a right, from a day to a day."""

    role: str
    name: str
    entity_id: int | None
    from_day: date | None
    to_day: date | None
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPart:
    """A part of a right's area: as its document names it, and the commune of today."""

    as_written: str
    place: Place | None
    code: str
    from_day: date | None
    to_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPart:
    """A decision on a right that stands."""

    kind: str
    decision_no: str
    decided_on: str
    effective_on: date | None

    @property
    def label(self) -> str:
        return DECISION_LABELS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """Who may use a right, or might: for a product, from a day to a day."""

    id: int
    entity_id: int
    entity: str
    place: Place | None
    product_id: int
    product: str
    form: str
    certificate_no: str
    decision_no: str
    valid_from: date
    valid_to: date | None
    state: Standing
    since: date | None
    revoked: bool
    # Whether it ended with its entity, not by a decision.
    holder_gone: bool

    @property
    def form_label(self) -> str:
        return FORM_LABELS.get(self.form, self.form)

    @property
    def former_words(self) -> str:
        """Say how it stands, if it holds no longer; {date} is `since`."""
        if self.holder_gone and self.state is Standing.ENDED:
            return N_("Ended on {date}, when the producer was dissolved")
        if self.revoked and self.state is Standing.ENDED:
            return N_("Right of use revoked on {date}")
        return _FORMER_WORDS.get(self.state, "")


def owner_shown(kind: RightType, written: str, entity: str) -> str:
    """Return whom the public may read as owner or managing body.

    A producer's name is public already. What else is written of an ordinary trademark may be a
    person's name; the other rights belong to bodies and associations.
    """
    return entity or ("" if kind is RightType.TRADEMARK else written)
