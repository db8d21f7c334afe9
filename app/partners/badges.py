"""What a product's badge says: of the product and its certificates, never of a stamp."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.kit.errors import Words
from app.kit.i18n import N_
from app.products.rules import CertificateLine, CertificateStatus
from app.rights.rules import Badge


class BadgeState(StrEnum):
    """What a badge can say, the gravest first."""

    RECALLED = "recalled"
    ON_HOLD = "on_hold"
    ENDED = "ended"
    SOME_RECALLED = "some_recalled"
    REVOKED = "revoked"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    RECORDED = "recorded"


class Tone(StrEnum):
    """Colours a badge may have, on paper of their own; each is checked for contrast."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    NEUTRAL = "neutral"


# Ink and paper of each tone, and what shields.io calls the colour.
COLOURS: Final = {
    Tone.GOOD: ("#14692f", "#eef8f0", "brightgreen"),
    Tone.WARN: ("#9a5b00", "#fff6e5", "orange"),
    Tone.BAD: ("#a3161f", "#fdecec", "red"),
    Tone.NEUTRAL: ("#3d4a45", "#f3f5f4", "lightgrey"),
}
TONES: Final = {
    BadgeState.RECALLED: Tone.BAD,
    BadgeState.ON_HOLD: Tone.WARN,
    BadgeState.ENDED: Tone.NEUTRAL,
    BadgeState.SOME_RECALLED: Tone.WARN,
    BadgeState.REVOKED: Tone.BAD,
    BadgeState.IN_FORCE: Tone.GOOD,
    BadgeState.EXPIRED: Tone.NEUTRAL,
    BadgeState.RECORDED: Tone.NEUTRAL,
}
# Never colour alone: a sign of its own shape for each tone.
SIGNS: Final = {Tone.GOOD: "✓", Tone.WARN: "!", Tone.BAD: "✕", Tone.NEUTRAL: "-"}
MOST_SIGNS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeFacts:
    """What a badge depends on, as it stands on the day it is asked for.

    `recalled` and `held` are of the whole product; `some_recalled` tells of lots of it.
    """

    product_id: int
    product: str
    entity: str
    own_code: str
    retired: bool
    recalled: bool
    held: bool
    some_recalled: bool
    certificate: CertificateLine | None
    badges: Sequence[Badge]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A badge in one language: `message` is the state, `detail` what holds and until when."""

    state: BadgeState
    product: str
    entity: str
    code: str
    message: str
    detail: str
    day: str

    @property
    def tone(self) -> Tone:
        return TONES[self.state]

    @property
    def alt(self) -> str:
        """Return the whole badge as words, for who does not see it."""
        said = f"{self.message}. {self.detail}" if self.detail else self.message
        return f"{said}. {self.product}"


def state_of(facts: BadgeFacts) -> BadgeState:
    """Return what the badge says first."""
    line = facts.certificate
    holds = {
        BadgeState.RECALLED: facts.recalled,
        BadgeState.ON_HOLD: facts.held,
        BadgeState.ENDED: facts.retired,
        BadgeState.SOME_RECALLED: facts.some_recalled,
        BadgeState.REVOKED: line is not None and line.status is CertificateStatus.REVOKED,
        BadgeState.IN_FORCE: bool(facts.badges) or (line is not None and line.stars is not None),
        BadgeState.EXPIRED: line is not None and line.status is CertificateStatus.EXPIRED,
    }
    return next((state for state in BadgeState if holds.get(state)), BadgeState.RECORDED)


def face_of(facts: BadgeFacts, *, day: date, words: Words) -> Face:
    """Return the badge of a product on a day, in the reader's language."""
    state = state_of(facts)
    return Face(
        state=state,
        product=facts.product,
        entity=facts.entity,
        code=facts.own_code or f"SP-{facts.product_id}",
        message=_message(state, facts, words),
        detail=_detail(state, facts, words),
        day=words.gettext(N_("State on {date}")).format(date=words.date(day)),
    )


_MESSAGES: Final = {
    BadgeState.RECALLED: N_("Product recalled"),
    BadgeState.ON_HOLD: N_("Sale stopped while it is being checked"),
    BadgeState.ENDED: N_("No longer made"),
    BadgeState.SOME_RECALLED: N_("Some lots are recalled"),
    BadgeState.REVOKED: N_("OCOP certificate revoked"),
    BadgeState.EXPIRED: N_("OCOP certificate expired"),
    BadgeState.RECORDED: N_("Recorded for traceability"),
}


def _message(state: BadgeState, facts: BadgeFacts, words: Words) -> str:
    if state is not BadgeState.IN_FORCE:
        return words.gettext(_MESSAGES[state])
    line = facts.certificate
    if line is not None and line.stars is not None:
        return words.gettext(N_("OCOP {stars} stars")).format(stars=line.stars)
    return _signs(facts, words)


def _detail(state: BadgeState, facts: BadgeFacts, words: Words) -> str:
    line = facts.certificate
    if state in {BadgeState.REVOKED, BadgeState.EXPIRED} and line is not None:
        return words.gettext(N_("Since {date}")).format(date=words.date(line.since))
    if state is not BadgeState.IN_FORCE:
        return ""
    if line is None or line.stars is None:
        return words.gettext(N_("In force"))
    until = words.gettext(N_("Valid to {date}"))
    told = [until.format(date=words.date(line.certificate.valid_to))]
    if facts.badges:
        told.append(_signs(facts, words))
    return " · ".join(told)


def _signs(facts: BadgeFacts, words: Words) -> str:
    named = [f"{words.gettext(one.type.label)} {one.sign}" for one in facts.badges[:MOST_SIGNS]]
    more = len(facts.badges) - len(named)
    return ", ".join(named) + (f" +{more}" if more > 0 else "")
