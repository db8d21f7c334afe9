"""How a product is made: a list of stages in versions, and which version holds on a day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import ClassVar, Final, Protocol, TypeVar

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_text, fold

# An entry of the diary names its stage in as many.
STAGE_CHARS: Final = 60
MOST_STAGES: Final = 40


class NoStages(Invalid):
    """The process has no stages, or too many"""

    code: ClassVar[str] = "diary.no_stages"
    detail: ClassVar[str] = N_("Write one stage a line, from 1 to {limit}.")
    field = "stages"

    def __init__(self) -> None:
        self.limit = MOST_STAGES


class StageTwice(Invalid):
    """A stage stands twice in the process"""

    code: ClassVar[str] = "diary.stage_twice"
    detail: ClassVar[str] = N_("“{stage}” stands twice. Name the second one otherwise.")
    field = "stages"

    def __init__(self, *, stage: str) -> None:
        self.stage = stage


class StagesAndTemplate(Invalid):
    """The stages come from the template"""

    code: ClassVar[str] = "diary.stages_and_template"
    detail: ClassVar[str] = N_("Leave the stages out, or the template.")
    field = "stages"


class NotOffered(Invalid):
    """The template can't be taken"""

    code: ClassVar[str] = "diary.template_not_offered"
    detail: ClassVar[str] = N_("It is retired, or there is none. Choose one of the list.")
    field = "template_version_id"


class SameStages(Conflict):
    """The process says the same already"""

    code: ClassVar[str] = "diary.same_stages"
    detail: ClassVar[str] = N_("Version {version} has these stages. Change at least one.")
    field = "stages"

    def __init__(self, *, version: int) -> None:
        self.version = version


class ProcessApproved(Conflict):
    """The version was approved before"""

    code: ClassVar[str] = "diary.process_approved"
    detail: ClassVar[str] = N_("By {approved_by}. To change the stages make a new version.")

    def __init__(self, *, approved_by: str) -> None:
        self.approved_by = approved_by


class Version(Protocol):
    """What is read of a version to tell which one holds."""

    @property
    def version(self) -> int: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def approved_at(self) -> datetime | None: ...


V = TypeVar("V", bound=Version)


def read_stages(text: str) -> list[str]:
    """Return the stages of a text, one a line, numbers and dashes before them dropped."""
    lines = (clean_text(line, field="stages") for line in text.splitlines())
    return checked_stages(bare for line in lines if (bare := line.lstrip("0123456789.)-•* ")))


def checked_stages(stages: Iterable[str]) -> list[str]:
    """Return stages, each of its own name and no longer than a diary entry names it."""
    found: dict[str, str] = {}
    for stage in stages:
        cleaned = clean_text(stage, limit=STAGE_CHARS, field="stages")
        if fold(cleaned) in found:
            raise StageTwice(stage=cleaned)
        found[fold(cleaned)] = cleaned
    if not 0 < len(found) <= MOST_STAGES or "" in found:
        raise NoStages
    return list(found.values())


def in_force(versions: Sequence[V], day: date) -> V | None:
    """Return the version that holds on a day: the latest approved one that has begun."""
    begun = [
        one
        for one in versions
        if one.approved_at is not None and one.valid_from is not None and one.valid_from <= day
    ]
    return max(begun, key=lambda one: (one.valid_from or day, one.version), default=None)
