"""What a look-up says of a stamp: one verdict, derived at the moment of asking."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from http import HTTPStatus
from itertools import compress
from typing import Final, NamedTuple

from app.kit.clock import day_of
from app.kit.i18n import N_

RETRY_AFTER_SECONDS: Final = 15
NOT_VERIFIED: Final = N_(
    "A known code shows that the stamp was issued. It does not show that the stamp was not copied."
)

_UNACTIVATED: Final = frozenset({"issued", "received", "returned"})
_STATES: Final = _UNACTIVATED | {"active", "void", "lost"}


class Tone(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    NEUTRAL = "neutral"


class Verdict(StrEnum):
    """The verdicts in their order of precedence: the first that holds is told."""

    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    RECALLED = "recalled"
    ON_HOLD = "on_hold"
    VOID = "void"
    LOST = "lost"
    NOT_ACTIVATED = "not_activated"
    LAPSED = "lapsed"
    PAST_DATE = "past_date"
    SUSPICIOUS = "suspicious"
    ACTIVE_FIRST = "active_first"
    ACTIVE = "active"

    @property
    def status(self) -> HTTPStatus:
        return _STATUS.get(self, HTTPStatus.OK)

    @property
    def label(self) -> str:
        return _WORDS[self][1]

    @property
    def advice(self) -> str:
        return _WORDS[self][2]

    @property
    def tone(self) -> Tone:
        return _WORDS[self][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a lot was made from, against which something stands, as far as its own page tells.

    A lot is named where the notice is of that lot, which makes its page everybody's; else its
    product alone.
    """

    product_id: int
    product: str
    entity: str
    lot_id: int | None = None
    number: str = ""

    @property
    def path(self) -> str:
        return f"/p/{self.product_id}" if self.lot_id is None else f"/l/{self.lot_id}"

    @property
    def says(self) -> str:
        """Return why a lot is covered that nobody recalled or stopped itself, as a msgid."""
        return _FROM_PRODUCT if self.lot_id is None else _FROM_LOT


_FROM_LOT: Final = N_("Because it was made from lot {lot} of {product}, {entity}.")
_FROM_PRODUCT: Final = N_("Because it was made from {product} of {entity}.")


@dataclass(frozen=True, slots=True)
class Notice:
    """What an officer or the owner said of a lot, a product or a stamp, in their own words."""

    reason: str
    since: datetime
    advice: str = ""
    source: Source | None = None


class Facts(NamedTuple):
    """All a verdict depends on, as read at the moment of asking.

    `available` is false where database, key or another dependency is missing; nothing else is
    read then. `state` is the span's, none for a code that is not ours. `recall` and `hold` are
    standing notices of the lot or the product. `lapses_on` is the first day an unactivated stamp
    no longer can be, `expires_on` the last day of the lot's shelf life. `lookups_by_others`
    counts look-ups since activation that were not this visitor's of today.
    """

    available: bool = True
    state: str | None = None
    recall: Notice | None = None
    hold: Notice | None = None
    suspicion: Notice | None = None
    lapses_on: date | None = None
    expires_on: date | None = None
    lookups_by_others: int = 0


class Judgement(NamedTuple):
    """The verdict, why and since when; `also` holds what else is wrong, in precedence."""

    verdict: Verdict
    notice: Notice | None = None
    since: date | None = None
    also: tuple[Verdict, ...] = ()

    @property
    def status(self) -> HTTPStatus:
        return self.verdict.status

    @property
    def label(self) -> str:
        return self.verdict.label

    @property
    def advice(self) -> str:
        return self.verdict.advice

    @property
    def tone(self) -> Tone:
        return self.verdict.tone


def judge(facts: Facts, now: datetime) -> Judgement:
    """Return the verdict on a stamp at an instant; days turn at midnight in Vietnam."""
    if not facts.available:
        return Judgement(Verdict.UNAVAILABLE)
    if facts.state is None:
        return Judgement(Verdict.UNKNOWN)
    if facts.state not in _STATES:
        raise ValueError(f"unknown state of a stamp: {facts.state}")
    wrong = _wrong(facts, day_of(now))
    if not wrong:
        alone = facts.lookups_by_others == 0
        return Judgement(Verdict.ACTIVE_FIRST if alone else Verdict.ACTIVE)
    notice, since = _why(facts, wrong[0])
    return Judgement(wrong[0], notice, since, wrong[1:])


def _wrong(facts: Facts, day: date) -> tuple[Verdict, ...]:
    unactivated = facts.state in _UNACTIVATED
    lapsed = facts.lapses_on is not None and day >= facts.lapses_on
    # In the order of precedence, which a test compares with that of Verdict.
    holds = (
        facts.recall is not None,
        facts.hold is not None,
        facts.state == "void",
        facts.state == "lost",
        unactivated and not lapsed,
        unactivated and lapsed,
        facts.expires_on is not None and day > facts.expires_on,
        facts.suspicion is not None,
    )
    return tuple(compress(_WRONG, holds))


_WRONG: Final = (
    Verdict.RECALLED,
    Verdict.ON_HOLD,
    Verdict.VOID,
    Verdict.LOST,
    Verdict.NOT_ACTIVATED,
    Verdict.LAPSED,
    Verdict.PAST_DATE,
    Verdict.SUSPICIOUS,
)


def _why(facts: Facts, verdict: Verdict) -> tuple[Notice | None, date | None]:
    notices = {
        Verdict.RECALLED: facts.recall,
        Verdict.ON_HOLD: facts.hold,
        Verdict.SUSPICIOUS: facts.suspicion,
    }
    notice = notices.get(verdict)
    if notice is not None:
        return notice, day_of(notice.since)
    return None, {Verdict.LAPSED: facts.lapses_on, Verdict.PAST_DATE: facts.expires_on}.get(verdict)


_STATUS: Final = {
    Verdict.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Verdict.UNKNOWN: HTTPStatus.NOT_FOUND,
}

_WORDS: Final = {
    Verdict.UNAVAILABLE: (
        Tone.NEUTRAL,
        N_("This code could not be checked"),
        N_(
            "Something is wrong on our side. This does not mean the goods are fake. Try again soon."
        ),
    ),
    Verdict.UNKNOWN: (
        Tone.BAD,
        N_("This code is not known here"),
        N_(
            "Check the web address printed on the stamp and type the code again. If both are "
            "right, this stamp was not issued here."
        ),
    ),
    Verdict.RECALLED: (
        Tone.BAD,
        N_("Product recalled"),
        N_("Do not use or sell it. Take it back to where you bought it, or call the producer."),
    ),
    Verdict.ON_HOLD: (
        Tone.WARN,
        N_("Sale stopped while it is being checked"),
        N_("Do not buy, sell or use it until the check is over. Look here again later."),
    ),
    Verdict.VOID: (
        Tone.BAD,
        N_("This stamp is void"),
        N_("It must not be on goods for sale. Do not buy them; tell us where you saw it."),
    ),
    Verdict.LOST: (
        Tone.BAD,
        N_("This stamp was reported lost"),
        N_(
            "It went missing before it was put on goods. Do not buy them; tell us where you saw it."
        ),
    ),
    Verdict.NOT_ACTIVATED: (
        Tone.WARN,
        N_("Not for sale yet"),
        N_("The producer has not activated this stamp for a lot. Tell us where you saw it."),
    ),
    Verdict.LAPSED: (
        Tone.WARN,
        N_("This stamp has lapsed"),
        N_("It was not activated in time and must not be on goods. Tell us where you saw it."),
    ),
    Verdict.PAST_DATE: (
        Tone.BAD,
        N_("Past its shelf life"),
        N_("Do not buy or use it. Compare the date printed on the pack."),
    ),
    Verdict.SUSPICIOUS: (
        Tone.WARN,
        N_("Looked up unusually often or far apart"),
        N_(
            "The stamp may have been copied. Look at the pack and the seller, and tell us if you "
            "have doubts."
        ),
    ),
    Verdict.ACTIVE_FIRST: (
        Tone.GOOD,
        N_("Stamp activated; nobody else has looked it up"),
        N_("Compare name, picture and lot with the pack in your hand."),
    ),
    Verdict.ACTIVE: (
        Tone.GOOD,
        N_("Stamp activated"),
        N_(
            "Compare name, picture and lot with the pack in your hand. If the pack is unopened and "
            "the stamp was looked up many times, ask the seller."
        ),
    ),
}
