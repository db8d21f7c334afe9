"""What a use right and the decisions on it must respect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Protocol

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.rights.rules import forms_agree

# What is decided anew by a change: the rest only describes the record.
TERMS: Final = frozenset({"form", "valid_from", "valid_to"})


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first"""

    code: ClassVar[str] = "rights.ends_before_it_begins"
    detail: ClassVar[str] = N_("The last day must not be before {valid_from}.")
    field = "valid_to"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class BeyondTheRight(Invalid):
    """The use right would outlast the right"""

    code: ClassVar[str] = "rights.beyond_the_right"
    detail: ClassVar[str] = N_("The right itself ends on {expires_on}. Record its renewal first.")

    def __init__(self, *, expires_on: date, field: str) -> None:
        self.expires_on = expires_on
        self.field = field


class RightIsOver(Invalid):
    """The right itself is over by then"""

    code: ClassVar[str] = "rights.right_is_over"
    detail: ClassVar[str] = N_("It ended on {ended_on}: nobody may use it from that day on.")

    def __init__(self, *, ended_on: date, field: str) -> None:
        self.ended_on = ended_on
        self.field = field


class AnotherForm(Invalid):
    """The product is sold in another form"""

    code: ClassVar[str] = "rights.another_form"
    detail: ClassVar[str] = N_(
        "A use right for a form the product is not sold in gives it no badge. Choose the form "
        "recorded for the product, or correct the product first."
    )
    field = "form"


class UserDissolved(Conflict):
    """The entity is dissolved"""

    code: ClassVar[str] = "rights.user_dissolved"
    detail: ClassVar[str] = N_(
        "{entity} was dissolved on {dissolved_on}: a use right can't reach that day."
    )
    field = "valid_to"

    def __init__(self, *, entity: str, dissolved_on: date) -> None:
        self.entity = entity
        self.dissolved_on = dissolved_on


class Overlapping(Conflict):
    """The product has this right already in that time"""

    code: ClassVar[str] = "rights.use_rights_overlap"
    detail: ClassVar[str] = N_(
        "By {certificate}, which holds from {since}. Change that record, end it first, or enter "
        "other days."
    )
    field = "valid_from"

    def __init__(self, *, other: "Held") -> None:
        self.certificate = other.certificate_no or f"#{other.id or '?'}"
        self.since = other.valid_from
        self._id = other.id or 0

    @property
    def members(self) -> Mapping[str, int | str]:
        return {"use_right_id": self._id} if self._id else {}


class Ending(Protocol):
    """A right, by the days it may end on."""

    @property
    def expires_on(self) -> date | None: ...
    @property
    def ended_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A product that may bear a sign, with the entity that makes it: what everybody may read."""

    product_id: int
    product: str
    form: str
    entity_id: int
    entity: str
    dissolved_on: date | None
    practice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A use right by its form and days; `id` of none is one that is not recorded yet."""

    id: int | None = None
    certificate_no: str = ""
    form: str = ""
    valid_from: date
    valid_to: date | None = None
    ended_on: date | None = None

    def overlaps(self, other: "Held") -> bool:
        """Tell whether both hold on a day for the same form; a suspended one holds too."""
        if not forms_agree(self.form, other.form):
            return False
        return self.reaches(other.valid_from) and other.reaches(self.valid_from)

    def reaches(self, day: date) -> bool:
        """Tell whether it is not over before a day, when it had begun by then."""
        if self.ended_on is not None and self.ended_on <= max(day, self.valid_from):
            return False
        return self.valid_to is None or self.valid_to >= day


def check_term(one: Held, right: Ending) -> None:
    """Refuse a term that ends before it begins or outlives the right."""
    if one.valid_to is not None and one.valid_to < one.valid_from:
        raise EndsBeforeItBegins(valid_from=one.valid_from)
    for day, field in ((one.valid_from, "valid_from"), (one.valid_to, "valid_to")):
        if day is None:
            continue
        if right.expires_on is not None and day > right.expires_on:
            raise BeyondTheRight(expires_on=right.expires_on, field=field)
        if right.ended_on is not None and day >= right.ended_on:
            raise RightIsOver(ended_on=right.ended_on, field=field)


def check_grant(one: Held, right: Ending, bearer: Bearer, others: Iterable[Held]) -> None:
    """Refuse a use right that can't be: by its days, its right, its product, and the others."""
    check_term(one, right)
    if not forms_agree(one.form, bearer.form):
        raise AnotherForm
    if bearer.dissolved_on is not None and one.reaches(bearer.dissolved_on):
        raise UserDissolved(entity=bearer.entity, dissolved_on=bearer.dissolved_on)
    check_apart(one, others)


def check_apart(one: Held, others: Iterable[Held]) -> None:
    """Refuse a use right that holds beside another of the same product under the same right."""
    for other in others:
        if one.overlaps(other):
            raise Overlapping(other=other)
