"""Who grants OCOP certificates of so many stars: a list by days, which suggests and warns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import fold


class Level(StrEnum):
    """Of which level an issuer is."""

    DISTRICT = "district"
    PROVINCE = "province"
    CENTRE = "centre"

    @property
    def label(self) -> str:
        return _LABELS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRule:
    """Which level grants so many stars from a day on; without one nothing is known of it."""

    id: int
    stars: int
    level: Level | None
    valid_from: date
    source: str


class IssuerUnsaid(Invalid):
    """The issuer has to be written"""

    code: ClassVar[str] = "products.issuer_unsaid"
    detail: ClassVar[str] = N_(
        "On {day} certificates of {stars} stars came from the district, or it is not known from "
        "whom. Write the issuer as the certificate does."
    )
    field = "issuer"

    def __init__(self, *, day: date, stars: int) -> None:
        self.day = day
        self.stars = stars


class IssuerRuleThere(Conflict):
    """The list says so already"""

    code: ClassVar[str] = "products.issuer_rule_there"
    detail: ClassVar[str] = N_("From that day these stars come from that level already.")


def rule_on(rules: Iterable[IssuerRule], stars: int, day: date) -> IssuerRule | None:
    """Return what counts on a day: of the latest day that has come, what was recorded last."""
    known = [one for one in rules if one.stars == stars and one.valid_from <= day]
    return max(known, key=lambda one: (one.valid_from, one.id), default=None)


def level_told(issuer: str) -> Level | None:
    """Return the level an issuer's name tells; a city may be of either, and tells none."""
    folded = fold(issuer)
    return next((level for level, words in _WORDS if words.search(folded)), None)


def other_level(
    rules: Iterable[IssuerRule], stars: int, day: date, level: Level | None
) -> IssuerRule | None:
    """Return the rule a certificate's issuer does not fit; None where it does or can't be told."""
    rule = rule_on(rules, stars, day)
    if rule is None or rule.level is None or level in {None, rule.level}:
        return None
    return rule


_LABELS: Final = {
    Level.DISTRICT: N_("District"),
    Level.PROVINCE: N_("Province"),
    Level.CENTRE: N_("Central government"),
}
_WORDS: Final = (
    (Level.CENTRE, re.compile(r"\bbo (nong|khoa|cong|y te)|\btrung uong\b|\bministry\b")),
    (Level.DISTRICT, re.compile(r"\bhuyen\b|\bthi xa\b|\bquan\b")),
    (Level.PROVINCE, re.compile(r"\btinh\b|\bso nong\b")),
)
LEVELS: Final = [(one.value, one.label) for one in Level]
