"""What is written down of a sample, and what is wrong with it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_

MOST_CRITERIA: Final = 25


class CriteriaNeeded(Invalid):
    """It is not said what was tested for"""

    code: ClassVar[str] = "oversight.criteria_needed"
    detail: ClassVar[str] = N_("Write at least one criterion with its limit.")
    field = "name_1"


class TooManyCriteria(Invalid):
    """These are too many criteria for one test"""

    code: ClassVar[str] = "oversight.too_many_criteria"
    detail: ClassVar[str] = N_("At most {most} fit. Record the rest as a second test.")
    field = "name_1"

    def __init__(self) -> None:
        self.most = MOST_CRITERIA


class CriterionTwice(Invalid):
    """Two criteria have the same name"""

    code: ClassVar[str] = "oversight.criterion_twice"
    detail: ClassVar[str] = N_("Name each as the report does, with what tells them apart.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class SampleUnclear(Invalid):
    """The sample is of two things that do not belong together"""

    code: ClassVar[str] = "oversight.sample_unclear"
    detail: ClassVar[str] = N_("The lot is of another product, or the product of another entity.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class DaysCrossed(Invalid):
    """The days are in the wrong order"""

    code: ClassVar[str] = "oversight.days_crossed"
    detail: ClassVar[str] = N_("It lies before the day of the sample, {sampled_on}.")

    def __init__(self, *, sampled_on: date, field: str) -> None:
        self.sampled_on = sampled_on
        self.field = field


class SampleThere(Conflict):
    """The test is on record already"""

    code: ClassVar[str] = "oversight.sample_there"
    detail: ClassVar[str] = N_(
        "It is no. {number}: the same sample, laboratory and report. Change that one instead."
    )
    field = "report_no"

    def __init__(self, *, number: int) -> None:
        self.number = number


class SampleStruck(Conflict):
    """The test was struck out"""

    code: ClassVar[str] = "oversight.sample_struck"
    detail: ClassVar[str] = N_("It stays in the history. Record it anew if it was none by mistake.")


class NothingBlocks(Conflict):
    """The test blocks nothing"""

    code: ClassVar[str] = "oversight.nothing_blocks"
    detail: ClassVar[str] = N_("It did not fail, or an officer has lifted it already.")


class NotGood(Conflict):
    """The test can't stand for the one that the diary asks for"""

    code: ClassVar[str] = "oversight.not_good"
    detail: ClassVar[str] = N_("It must be of the lot, have passed, and still be valid.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was taken, where it was tested and what the report says of itself.

    A lot names its product and its entity, a product its entity.
    """

    entity_id: int | None = None
    product_id: int | None = None
    lot_id: int | None = None
    facility_id: int | None = None
    sample_no: str = ""
    sampled_on: date
    sampled_by: str
    place: str = ""
    laboratory: str
    report_no: str = ""
    reported_on: date | None = None
    valid_until: date | None = None
    public: bool = False
    note: str = ""
