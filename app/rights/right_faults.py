"""What decisions on rights, their owners and their areas are refused for."""

from datetime import date
from typing import ClassVar

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_


class ReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "rights.reason_needed"
    detail: ClassVar[str] = N_("Say why, with the decision, when you suspend, resume or end it.")
    field = "reason"


class NothingToRenew(Conflict):
    """There is nothing to renew"""

    code: ClassVar[str] = "rights.nothing_to_renew"
    detail: ClassVar[str] = N_(
        "Only a mark with a last day is renewed; a geographical indication does not expire."
    )
    field = "kind"


class RenewalOutsideItsTime(Invalid):
    """A renewal was not possible then"""

    code: ClassVar[str] = "rights.renewal_outside_its_time"
    detail: ClassVar[str] = N_("It could be asked for from {opens} to {until}. Check the dates.")

    def __init__(self, *, opens: date, until: date, field: str) -> None:
        self.opens = opens
        self.until = until
        self.field = field


class AlreadyOver(Conflict):
    """The right has ended"""

    code: ClassVar[str] = "rights.already_over"
    detail: ClassVar[str] = N_("It ended on {ended_on}. Annul that decision first if it is wrong.")
    field = "kind"

    def __init__(self, *, ended_on: date) -> None:
        self.ended_on = ended_on


class AlreadySuspended(Conflict):
    """It is suspended on that day already"""

    code: ClassVar[str] = "rights.already_suspended"
    detail: ClassVar[str] = N_(
        "The suspension began on {since}. Resume it, or annul that decision."
    )
    field = "effective_on"

    def __init__(self, *, since: date) -> None:
        self.since = since


class NotSuspended(Conflict):
    """It is not suspended on that day"""

    code: ClassVar[str] = "rights.not_suspended"
    detail: ClassVar[str] = N_("Only a right that is suspended can be resumed.")
    field = "effective_on"


class BeforeItBegan(Invalid):
    """The right had not begun by then"""

    code: ClassVar[str] = "rights.before_it_began"
    detail: ClassVar[str] = N_("It was registered on {registered_on}. Check the day.")
    field = "effective_on"

    def __init__(self, *, registered_on: date) -> None:
        self.registered_on = registered_on


class EffectNeeded(Invalid):
    """The first day is needed"""

    code: ClassVar[str] = "rights.effect_needed"
    detail: ClassVar[str] = N_("Say from which day on the decision holds.")
    field = "effective_on"


class DecidedLater(Invalid):
    """The day has not come yet"""

    code: ClassVar[str] = "rights.decided_later"
    detail: ClassVar[str] = N_("What was decided or asked for bears a day up to today.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class DecisionStays(Conflict):
    """Such a decision can not be annulled here"""

    code: ClassVar[str] = "rights.decision_stays"
    detail: ClassVar[str] = N_(
        "What the right was registered by is corrected on its own form; an annulment is final."
    )


class DecisionAnnulled(Conflict):
    """The decision is annulled already"""

    code: ClassVar[str] = "rights.decision_annulled"
    detail: ClassVar[str] = N_("Nothing was changed.")


class RenewedSince(Conflict):
    """The last day was changed since"""

    code: ClassVar[str] = "rights.renewed_since"
    detail: ClassVar[str] = N_("Annul the later renewal first, or correct the last day by hand.")


class HoldersOverlap(Conflict):
    """Somebody else holds it at that time"""

    code: ClassVar[str] = "rights.holders_overlap"
    detail: ClassVar[str] = N_(
        "{name} is recorded from {since} to {until}. End or strike that line first, or tick that "
        "the new one takes over."
    )
    field = "from_day"

    def __init__(self, *, name: str, since: date | str, until: date | str) -> None:
        self.name = name
        self.since = since
        self.until = until


class NotYetHolder(Invalid):
    """The day has not come yet"""

    code: ClassVar[str] = "rights.holder_later"
    detail: ClassVar[str] = N_("Record an owner or managing body once it is one, not before.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first"""

    code: ClassVar[str] = "rights.range_ends_before_it_begins"
    detail: ClassVar[str] = N_("The last day must not be before the first.")
    field = "to_day"


class HolderNeeded(Invalid):
    """Who it is, is needed"""

    code: ClassVar[str] = "rights.holder_needed"
    detail: ClassVar[str] = N_("Write a name, or choose an entity.")
    field = "name"


class AlreadyEnded(Conflict):
    """The line has a last day already"""

    code: ClassVar[str] = "rights.range_ended"
    detail: ClassVar[str] = N_(
        "It ended on {to_day}. Strike it and record it anew if that is wrong."
    )

    def __init__(self, *, to_day: date) -> None:
        self.to_day = to_day


class AreaThere(Conflict):
    """The place is recorded already"""

    code: ClassVar[str] = "rights.area_there"
    detail: ClassVar[str] = N_("“{as_written}” stands in the list for that time.")
    field = "as_written"

    def __init__(self, *, as_written: str) -> None:
        self.as_written = as_written


class NoSuchUnit(Invalid):
    """There is no such commune"""

    code: ClassVar[str] = "rights.no_such_unit"
    detail: ClassVar[str] = N_("Choose from the communes that are offered.")
    field = "as_written"
