from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from app.rights.dates import earliest, months_from
from app.rights.kinds import RightType
from app.rights.numbers import APPLICATION_YEAR
from app.rights.standing import UNKNOWN, Bounds, Standing, Term, bounds, standing

# Law on Intellectual Property, art. 93: a mark lasts ten years from filing and may be renewed,
# a geographical indication has no end.
MARK_YEARS: Final = 10

Day = str | date
# The first day of a suspension, and the first day after it.
Pause = tuple[Day, Day]
UseRightStatus = Standing


class RightStatus(StrEnum):
    APPLICATION = "application"
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ENDED = "ended"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightFacts:
    """What is known of a right. A date is whole, or partial text: YYYY or YYYY-MM.

    `number` is the normalised registration number, `checked_on` the day an officer last held it
    against the certificate. `owner_entity_id` and `product_ids` matter to ordinary trademarks:
    the entity that owns the mark now, and the products it put the mark on; from `owner_gone_on`
    that entity is dissolved and uses nothing.
    """

    id: int
    type: RightType
    sign: str
    number: str | None = None
    number_written: str = ""
    application_number: str = ""
    checked_on: date | None = None
    applied_on: Day | None = None
    registered_on: Day | None = None
    expires_on: Day | None = None
    suspended_on: Day | None = None
    resumed_on: Day | None = None
    pauses: tuple[Pause, ...] = ()
    ended_on: Day | None = None
    owner_entity_id: int | None = None
    owner_gone_on: date | None = None
    product_ids: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRightFacts:
    """A right to use a right, for one entity and one of its products.

    `valid_to` is the last day it holds, none where it is open-ended. It is suspended from
    `suspended_on` to the day before `resumed_on`, before that as `pauses` say, and over from
    `ended_on`, or from `holder_gone_on`, when its entity was dissolved. It is granted for a
    `form`; in which the product is made says `product_form`.
    """

    id: int
    right_id: int
    entity_id: int
    product_id: int
    valid_from: Day
    valid_to: Day | None = None
    certificate_no: str = ""
    form: str = ""
    product_form: str = ""
    suspended_on: Day | None = None
    resumed_on: Day | None = None
    pauses: tuple[Pause, ...] = ()
    ended_on: Day | None = None
    holder_gone_on: date | None = None

    @property
    def over_on(self) -> Day | None:
        """Return the first day it is over by a decision, or by the end of its holder."""
        ends = [day for day in (self.ended_on, self.holder_gone_on) if day]
        return min(ends, key=earliest, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A right shown as in force. `use_right_id` is none for the entity's own trademark.

    `valid_until` is the earlier end of right and use right, none where neither has one.
    """

    right_id: int
    type: RightType
    sign: str
    number: str
    number_written: str
    use_right_id: int | None
    use_right_number: str
    valid_from: Day | None
    valid_until: Day | None


def is_confirmed(right: RightFacts) -> bool:
    """Tell whether an officer has held a registration number against its certificate."""
    return right.number is not None and right.checked_on is not None


def right_status(right: RightFacts, day: date) -> RightStatus:
    """Return the status by the recorded dates alone; see `is_confirmed` for their worth."""
    if right.number is None and right.registered_on is None:
        applied = right.application_number or right.applied_on
        return RightStatus.APPLICATION if applied else RightStatus.UNCERTAIN
    return RightStatus(standing(right_term(right), day).value)


def use_right_status(use_right: UseRightFacts, day: date) -> UseRightStatus:
    """Return the status of the use right itself; the right above it is judged apart."""
    return standing(use_right_term(use_right), day)


def badges(
    rights: Iterable[RightFacts],
    use_rights: Iterable[UseRightFacts],
    entity_id: int,
    product_id: int,
    day: date,
) -> tuple[Badge, ...]:
    """Return the badges of an entity's product on a day, geographical indications first.

    A badge comes from a use right of this entity for this product, or from this entity's own
    ordinary trademark linked to this product, in force on the day under a confirmed right in
    force. The names of products and signs play no part.
    """
    granted = tuple(use_rights)
    found = [
        badge_of(right, use_right)
        for right in rights
        for use_right in best_first(grounds(right, granted, entity_id, product_id), day)[:1]
        if in_force(right, use_right, day)
    ]
    return tuple(sorted(found, key=lambda badge: (_ORDER[badge.type], badge.sign, badge.right_id)))


def grounds(
    right: RightFacts, use_rights: Iterable[UseRightFacts], entity_id: int, product_id: int
) -> list[UseRightFacts | None]:
    """Return what lets this entity use the right for this product, whatever its dates.

    None stands for owning it. Nothing rests on a right that is not confirmed, or on one granted
    for a form the product is not made in.
    """
    if not is_confirmed(right):
        return []
    owned = (
        right.type is RightType.TRADEMARK
        and right.owner_entity_id == entity_id
        and product_id in right.product_ids
    )
    granted = [
        one
        for one in use_rights
        if (one.right_id, one.entity_id, one.product_id) == (right.id, entity_id, product_id)
        and forms_agree(one.form, one.product_form)
    ]
    return [*([None] if owned else []), *granted]


def forms_agree(one: str, other: str) -> bool:
    """Tell whether two forms may be the same: any, where one of them is not said."""
    return not one or not other or one == other


def in_force(right: RightFacts, use_right: UseRightFacts | None, day: date) -> bool | None:
    """Tell whether both held on a day; None where their dates don't tell."""
    found = [standing(right_term(right), day)]
    if use_right is not None:
        found.append(use_right_status(use_right, day))
    elif right.owner_gone_on is not None and right.owner_gone_on <= day:
        return False
    if any(one not in {Standing.IN_FORCE, Standing.UNCERTAIN} for one in found):
        return False
    return None if Standing.UNCERTAIN in found else True


def best_first(found: list[UseRightFacts | None], day: date) -> list[UseRightFacts | None]:
    """Return the grounds by how well they stand on a day, then by how long they last."""
    return sorted(found, key=lambda one: _rank(one, day))


def badge_of(right: RightFacts, use_right: UseRightFacts | None) -> Badge:
    ends = [right.expires_on, use_right.valid_to if use_right else None]
    return Badge(
        right_id=right.id,
        type=right.type,
        sign=right.sign,
        number=right.number or "",
        number_written=right.number_written or right.number or "",
        use_right_id=use_right.id if use_right else None,
        use_right_number=use_right.certificate_no if use_right else "",
        valid_from=use_right.valid_from if use_right else right.registered_on,
        valid_until=min((end for end in ends if end), key=earliest, default=None),
    )


def right_term(right: RightFacts) -> Term:
    # A certificate an officer held in hand had begun by then, whenever it did.
    seen: Bounds = (date.min, right.checked_on) if right.checked_on else UNKNOWN
    return Term(
        begin=bounds(right.registered_on, seen),
        end=bounds(right.expires_on, _assumed_end(right)),
        suspended=bounds(right.suspended_on),
        resumed=bounds(right.resumed_on),
        pauses=_paused(right.pauses),
        ended=bounds(right.ended_on),
    )


def use_right_term(use_right: UseRightFacts) -> Term:
    return Term(
        begin=bounds(use_right.valid_from),
        end=bounds(use_right.valid_to),
        suspended=bounds(use_right.suspended_on),
        resumed=bounds(use_right.resumed_on),
        pauses=_paused(use_right.pauses),
        ended=bounds(use_right.over_on),
    )


def _paused(pauses: tuple[Pause, ...]) -> tuple[tuple[Bounds, Bounds], ...]:
    return tuple((bounds(first), bounds(after)) for first, after in pauses)


def _assumed_end(right: RightFacts) -> Bounds:
    if right.type is RightType.GI:
        return bounds(None)
    year = APPLICATION_YEAR.match(right.application_number)
    applied = right.applied_on or (year[1] if year else None)
    if applied is None:
        return UNKNOWN
    end = months_from(earliest(applied), 12 * MARK_YEARS)
    # A renewal may have gone unrecorded, so nothing is said of the time after.
    return end, date.max


def _rank(use_right: UseRightFacts | None, day: date) -> tuple[int, int]:
    if use_right is None:
        return 0, 0
    term = use_right_term(use_right)
    last = min(term.end, term.ended)[0]
    return _PREFERENCE.index(standing(term, day)), -last.toordinal()


_ORDER: Final = {kind: place for place, kind in enumerate(RightType)}
_PREFERENCE: Final = (
    Standing.IN_FORCE,
    Standing.SUSPENDED,
    Standing.UNCERTAIN,
    Standing.ENDED,
    Standing.EXPIRED,
    Standing.NOT_YET,
)
