"""Why an inspection, or what is written of one, is refused."""

from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid, NotFound, Words
from app.kit.i18n import N_

MOST_FINDINGS: Final = 100
# Of one answer, and of a whole inspection.
MOST_PHOTOS_EACH: Final = 10
MOST_PHOTOS: Final = 50


class NoSuchInspection(NotFound):
    """There is no such inspection"""

    code: ClassVar[str] = "oversight.no_such_inspection"
    detail: ClassVar[str] = N_("Look for it in the list of inspections.")


class InspectionSigned(Conflict):
    """The inspection is signed"""

    code: ClassVar[str] = "oversight.inspection_signed"
    detail: ClassVar[str] = N_("It no longer changes. Add a correction to it in the office.")


class InspectionCancelled(Conflict):
    """The inspection was cancelled"""

    code: ClassVar[str] = "oversight.inspection_cancelled"
    detail: ClassVar[str] = N_("Open another one if it is to be held after all.")


class OtherVersion(Conflict):
    """Somebody has written on this inspection meanwhile"""

    code: ClassVar[str] = "oversight.inspection_changed"
    detail: ClassVar[str] = N_("Compare both, then send yours again or take theirs.")


class OtherChecklist(Conflict):
    """The inspection was begun with another version of its checklist"""

    code: ClassVar[str] = "oversight.other_checklist"
    detail: ClassVar[str] = N_("It is kept by version {version}. Fetch it anew and answer that.")

    def __init__(self, *, version: int) -> None:
        self.version = version


class AnswersMissing(Invalid):
    """Some items are not answered"""

    code: ClassVar[str] = "oversight.answers_missing"
    detail: ClassVar[str] = N_("{count} are left, the first: “{text}”.")
    field = "answers"

    def __init__(self, *, item: str, text: str, count: int) -> None:
        self.item = item
        self.text = text
        self.count = count


class HeldLater(Invalid):
    """The day lies ahead"""

    code: ClassVar[str] = "oversight.held_later"
    detail: ClassVar[str] = N_("Write the day on which it was held.")
    field = "held_on"


class HeldNeeded(Invalid):
    """The day of the inspection is needed"""

    code: ClassVar[str] = "oversight.held_needed"
    detail: ClassVar[str] = N_("Write the day on which it was held.")
    field = "held_on"


class OutcomeNeeded(Invalid):
    """The outcome is needed"""

    code: ClassVar[str] = "oversight.outcome_needed"
    detail: ClassVar[str] = N_("Say whether all was in order.")
    field = "outcome"


class OutcomeTooGood(Invalid):
    """The findings say otherwise"""

    code: ClassVar[str] = "oversight.outcome_too_good"
    detail: ClassVar[str] = N_("“{text}” was found. Choose an outcome that fits it.")
    field = "outcome"

    def __init__(self, *, text: str) -> None:
        self.text = text[:80]


class FindingWrong(Invalid):
    """A finding is not complete"""

    code: ClassVar[str] = "oversight.finding_wrong"
    field = "findings"

    def __init__(self, *, place: int, reason: str) -> None:
        self.place = place
        self.reason = reason

    def explain(self, words: Words) -> str:
        told = words.gettext(N_("Finding {place}: {reason}"))
        return told.format(place=self.place, reason=words.gettext(self.reason))


class TooManyParts(Invalid):
    """Too much for one inspection"""

    code: ClassVar[str] = "oversight.inspection_too_much"
    detail: ClassVar[str] = N_(
        "At most {findings} findings, {photos} photos and {each} photos an item."
    )

    def __init__(self, *, field: str) -> None:
        self.findings = MOST_FINDINGS
        self.photos = MOST_PHOTOS
        self.each = MOST_PHOTOS_EACH
        self.field = field


class PhotoNeeded(Invalid):
    """Choose a photo"""

    code: ClassVar[str] = "oversight.photo_needed"
    detail: ClassVar[str] = N_("Choose a JPEG, PNG or WebP picture.")
    field = "photo"


class AnswerFirst(Invalid):
    """The item is not answered yet"""

    code: ClassVar[str] = "oversight.answer_first"
    detail: ClassVar[str] = N_("Answer it first, then add its photo.")
    field = "item"
