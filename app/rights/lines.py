"""One line per right of a product, also once it holds no longer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.kit.i18n import N_
from app.rights.dates import earliest
from app.rights.kinds import RightType
from app.rights.rules import (
    Badge,
    Day,
    RightFacts,
    UseRightFacts,
    badge_of,
    best_first,
    grounds,
    in_force,
    right_term,
    use_right_term,
)
from app.rights.standing import Standing, standing

# {date} is the line's `since`.
STATE_WORDS: Final = {
    Standing.IN_FORCE: N_("In force"),
    Standing.SUSPENDED: N_("Suspended since {date}"),
    Standing.EXPIRED: N_("No longer in force: it was valid until {date}"),
    Standing.ENDED: N_("No longer in force: it ended on {date}"),
    Standing.UNCERTAIN: N_("Not confirmed: the dates on record do not tell whether it is in force"),
}
MADE_WORDS: Final = {
    True: N_("It was in force on the day this lot was made."),
    False: N_("It was not in force on the day this lot was made."),
    None: N_("Whether it was in force on the day this lot was made is not known."),
}
GONE_WORDS: Final = N_("No longer in force: the producer was dissolved on {date}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RightLine:
    """`badge` stands only on a line in force; `since` may be a partial date, none where unknown.

    `holder_gone` says that what ended it was the end of its holder, no decision.
    `in_force_when_made` is none where the production day or the dates of the right don't tell.
    """

    right_id: int
    type: RightType
    sign: str
    number: str
    number_written: str
    state: Standing
    since: Day | None
    badge: Badge | None
    in_force_when_made: bool | None
    holder_gone: bool = False

    @property
    def state_words(self) -> str:
        return GONE_WORDS if self.holder_gone else STATE_WORDS[self.state]

    @property
    def made_words(self) -> str:
        return MADE_WORDS[self.in_force_when_made]


def lines(
    rights: Iterable[RightFacts],
    use_rights: Iterable[UseRightFacts],
    entity_id: int,
    product_id: int,
    day: date,
    *,
    made_on: date | None = None,
) -> tuple[RightLine, ...]:
    """Return every confirmed right this entity has, or had, for this product.

    A use right that was renewed is one line, by the grant that stands best on the day; whether
    the right held when the lot was made is asked of all its grants.
    """
    granted = tuple(use_rights)
    found: list[RightLine] = []
    for right in rights:
        held = best_first(grounds(right, granted, entity_id, product_id), day)
        if held and (line := _line(right, held, day, made_on)) is not None:
            found.append(line)
    order = tuple(RightType)
    return tuple(sorted(found, key=lambda one: (order.index(one.type), one.sign, one.right_id)))


def _line(
    right: RightFacts, held: list[UseRightFacts | None], day: date, made_on: date | None
) -> RightLine | None:
    state, since = _state(right, held[0], day)
    if state is Standing.NOT_YET:
        return None
    badge = badge_of(right, held[0]) if in_force(right, held[0], day) else None
    return RightLine(
        right_id=right.id,
        type=right.type,
        sign=right.sign,
        number=right.number or "",
        number_written=right.number_written or right.number or "",
        state=state,
        since=since,
        badge=badge,
        in_force_when_made=_when_made(right, held, made_on),
        holder_gone=state is Standing.ENDED
        and since is not None
        and since == _gone(right, held[0]),
    )


def _gone(right: RightFacts, use_right: UseRightFacts | None) -> date | None:
    return use_right.holder_gone_on if use_right else right.owner_gone_on


def _when_made(
    right: RightFacts, held: list[UseRightFacts | None], made_on: date | None
) -> bool | None:
    if made_on is None:
        return None
    answers = {in_force(right, one, made_on) for one in held}
    return True if True in answers else None if None in answers else False


def _state(
    right: RightFacts, use_right: UseRightFacts | None, day: date
) -> tuple[Standing, Day | None]:
    """Return what stops the use first: an end before a suspension, the earlier end before."""
    found = [_stand_of_right(right, day)]
    if use_right is not None:
        found.append(_stand_of_use_right(use_right, day))
    elif right.owner_gone_on is not None and right.owner_gone_on <= day:
        found.append((Standing.ENDED, right.owner_gone_on))
    stops = [one for one in found if one[0] is not Standing.IN_FORCE]
    return min(stops, key=_weight) if stops else found[-1]


def _stand_of_right(right: RightFacts, day: date) -> tuple[Standing, Day | None]:
    state = standing(right_term(right), day)
    since: dict[Standing, Day | None] = {
        Standing.IN_FORCE: right.registered_on,
        Standing.SUSPENDED: _suspended_since(right, day),
        Standing.EXPIRED: right.expires_on,
        Standing.ENDED: right.ended_on,
    }
    return state, since.get(state)


def _stand_of_use_right(use_right: UseRightFacts, day: date) -> tuple[Standing, Day | None]:
    state = standing(use_right_term(use_right), day)
    since: dict[Standing, Day | None] = {
        Standing.IN_FORCE: use_right.valid_from,
        Standing.SUSPENDED: _suspended_since(use_right, day),
        Standing.EXPIRED: use_right.valid_to,
        Standing.ENDED: use_right.over_on,
    }
    return state, since.get(state)


def _suspended_since(of: RightFacts | UseRightFacts, day: date) -> Day | None:
    """Return the first day of the suspension that lasts on a day."""
    begun = [first for first, after in of.pauses if earliest(first) <= day < earliest(after)]
    return begun[0] if begun else of.suspended_on


def _weight(found: tuple[Standing, Day | None]) -> tuple[int, date]:
    state, since = found
    return _STOPS[state], earliest(since) if since else date.max


_STOPS: Final = {
    Standing.ENDED: 0,
    Standing.EXPIRED: 0,
    Standing.SUSPENDED: 1,
    Standing.NOT_YET: 2,
    Standing.UNCERTAIN: 3,
}
