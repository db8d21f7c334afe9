"""Plans of inspections: what they may be, and their rows as a spreadsheet has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.columns import Column, Fault, Kind
from app.kit.errors import Conflict, Invalid, NotFound, Words
from app.kit.grid import Table
from app.kit.headings import Header, ReadRow, find_header, read_rows
from app.kit.i18n import N_

MOST_ROWS: Final = 2000


class PlanKind(StrEnum):
    """What a plan is for."""

    ANNUAL = "annual"
    AD_HOC = "ad_hoc"

    @property
    def label(self) -> str:
        return _KINDS[self]


class PlanState(StrEnum):
    """How far a plan is."""

    DRAFT = "draft"
    APPROVED = "approved"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STATES[self]


_KINDS: Final = {PlanKind.ANNUAL: N_("Plan of the year"), PlanKind.AD_HOC: N_("Ad hoc plan")}
_STATES: Final = {
    PlanState.DRAFT: N_("Being drawn up"),
    PlanState.APPROVED: N_("Approved"),
    PlanState.CLOSED: N_("Closed"),
}


class NoSuchPlan(NotFound):
    """There is no such plan of inspections"""

    code: ClassVar[str] = "oversight.no_such_plan"
    detail: ClassVar[str] = N_("Look for it in the list of plans.")


class PlanApproved(Conflict):
    """The plan is approved"""

    code: ClassVar[str] = "oversight.plan_approved"
    detail: ClassVar[str] = N_("Cancel single inspections with a reason, or draw up another plan.")


class PlanNotApproved(Conflict):
    """The plan is not approved"""

    code: ClassVar[str] = "oversight.plan_not_approved"
    detail: ClassVar[str] = N_("Only a plan that is approved can be closed.")


class PlanEmpty(Conflict):
    """The plan has no rows"""

    code: ClassVar[str] = "oversight.plan_empty"
    detail: ClassVar[str] = N_("Add what is to be inspected first.")


class PlanUnfinished(Conflict):
    """Some inspections of the plan are still to be held"""

    code: ClassVar[str] = "oversight.plan_unfinished"
    detail: ClassVar[str] = N_("{count} are neither signed nor cancelled.")

    def __init__(self, *, count: int) -> None:
        self.count = count


class PlanDays(Invalid):
    """The days of the plan do not fit"""

    code: ClassVar[str] = "oversight.plan_days"
    detail: ClassVar[str] = N_("The last day comes after the first, and both are of its year.")
    field = "to_day"


class DecidedLater(Invalid):
    """The day of the decision lies ahead"""

    code: ClassVar[str] = "oversight.decided_later"
    detail: ClassVar[str] = N_("Write the day that stands on the document.")
    field = "decided_on"


class NothingToAdd(Invalid):
    """There is nothing new to add"""

    code: ClassVar[str] = "oversight.plan_nothing_new"
    detail: ClassVar[str] = N_("All that this finds is in the plan already, or there is none.")


class TooManyPlanned(Invalid):
    """The plan gets too many rows"""

    code: ClassVar[str] = "oversight.plan_too_many"
    detail: ClassVar[str] = N_("At most {limit} fit. Divide it into several plans.")

    def __init__(self) -> None:
        self.limit = MOST_ROWS


class PlanSheetWrong(Invalid):
    """Something in the sheet is wrong"""

    code: ClassVar[str] = "oversight.plan_sheet_wrong"
    detail: ClassVar[str] = N_("Nothing was added. Mend these rows and send it again.")
    field = "file"

    def __init__(self, faults: Sequence[tuple[int, Fault]]) -> None:
        self.faults = faults

    def lines(self, words: Words) -> list[str]:
        """Return what is wrong, each with its row."""
        said = words.gettext(N_("Row {row}: {why}"))
        return [said.format(row=number, why=fault.say(words)) for number, fault in self.faults[:30]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A row of a sheet: whom to inspect, for which right, when and by whom."""

    number: int
    entity_id: int | None = None
    tax_no: str = ""
    right_id: int | None = None
    month: int | None = None
    day: date | None = None
    team: Sequence[str] = ()


COLUMNS: Final = (
    Column(
        name="entity_id",
        label=N_("Entity no."),
        kind=Kind.WHOLE,
        hint=N_("It stands at the end of the address of the entity's page. Or write its tax no."),
    ),
    Column(name="tax_no", label=N_("Tax or registration no."), kind=Kind.CODE),
    Column(
        name="name",
        label=N_("Entity"),
        hint=N_("For you to read; the number decides."),
    ),
    Column(
        name="right_id",
        label=N_("IP right no."),
        kind=Kind.WHOLE,
        hint=N_("Where the use of a right is looked at."),
    ),
    Column(name="month", label=N_("Month"), kind=Kind.WHOLE, least=1, most=12),
    Column(name="day", label=N_("Day"), kind=Kind.DAY, hint=N_("Where it is settled already.")),
    Column(name="team", label=N_("Team"), hint=N_("Names with “;” between.")),
)


def read_plan(table: Table, languages: Sequence[Words]) -> list[PlanRow]:
    """Return the rows of a sheet. Raises PlanSheetWrong with all that is wrong with it."""
    header: Header = find_header(table, COLUMNS, languages)
    rows = list(read_rows(table, header, COLUMNS, languages))
    faults = [(row.number, fault) for row in rows for fault in row.faults]
    faults.extend(
        (row.number, Fault("entity_id", N_("Write the number of the entity.")))
        for row in rows
        if not row.faults and not {"entity_id", "tax_no"} & row.facts.keys()
    )
    if faults:
        raise PlanSheetWrong(faults)
    if len(rows) > MOST_ROWS:
        raise TooManyPlanned
    return [_row(row) for row in rows]


def _row(row: ReadRow) -> PlanRow:
    facts = row.facts
    team = [one.strip() for one in facts.get("team", "").split(";")]
    return PlanRow(
        number=row.number,
        entity_id=facts.get("entity_id"),
        tax_no=facts.get("tax_no", ""),
        right_id=facts.get("right_id"),
        month=facts.get("month"),
        day=facts.get("day"),
        team=[one for one in team if one],
    )
