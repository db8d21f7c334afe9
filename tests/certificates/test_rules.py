"""How certificates stand on each edge day, and what a policy finds lacking."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.certificates.kinds import Kind
from app.certificates.policy import PolicyFacts, lacking, policy_on
from app.certificates.rules import CertificateFacts, Status, number_key, over_from, shown, status
from app.kit.clock import day_of

BASE = CertificateFacts(
    id=1,
    kind=Kind.VIETGAP,
    number="VG-1",
    entity_id=1,
    valid_from=date(2025, 1, 1),
    valid_to=date(2025, 12, 31),
    public=True,
)
REVOKED = replace(BASE, revoked_on=date(2025, 6, 1))
OPEN = replace(BASE, valid_to=None)


@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        (BASE, date(2024, 12, 31), Status.NOT_YET),
        (BASE, date(2025, 1, 1), Status.IN_FORCE),
        (BASE, date(2025, 12, 31), Status.IN_FORCE),
        (BASE, date(2026, 1, 1), Status.EXPIRED),
        (OPEN, date(2099, 1, 1), Status.IN_FORCE),
        (replace(OPEN, valid_from=None), date(1999, 1, 1), Status.IN_FORCE),
        (REVOKED, date(2025, 5, 31), Status.IN_FORCE),
        (REVOKED, date(2025, 6, 1), Status.REVOKED),
        (REVOKED, date(2026, 6, 1), Status.REVOKED),
        (replace(BASE, revoked_on=date(2026, 3, 1)), date(2026, 6, 1), Status.EXPIRED),
        (replace(OPEN, revoked_on=date(2025, 6, 1)), date(2025, 6, 1), Status.REVOKED),
        (replace(BASE, struck=True), date(2025, 6, 1), Status.STRUCK),
    ],
)
def test_a_certificate_stands_by_the_days_it_tells(
    facts: CertificateFacts, day: date, expected: Status
) -> None:
    assert status(facts, day) is expected
    told = shown([facts, replace(facts, public=False)], 7, day)
    assert told == ((facts,) if expected is Status.IN_FORCE else ())
    if expected in {Status.EXPIRED, Status.REVOKED}:
        assert over_from(facts) <= day


def test_its_days_turn_at_midnight_in_vietnam() -> None:
    last_minute = datetime(2025, 12, 31, 16, 59, tzinfo=UTC)
    assert status(BASE, day_of(last_minute)) is Status.IN_FORCE
    assert status(BASE, day_of(last_minute.replace(hour=17, minute=0))) is Status.EXPIRED


def test_a_number_is_the_same_however_it_is_spaced() -> None:
    assert number_key(" 12/2025/NNPTNT - Cà Mau ") == number_key("12.2025.nnptnt-ca mau")
    assert number_key("12/2025") != number_key("122/025/1")


def test_one_product_is_told_nothing_of_another() -> None:
    other = replace(BASE, product_id=8)
    day = date(2025, 6, 1)
    assert shown([other, BASE], 7, day) == (BASE,)
    assert shown([other], 8, day) == (other,)


DAY = date(2025, 6, 1)
ALL = PolicyFacts(
    id=1,
    group="",
    all_of=frozenset({Kind.FOOD_SAFETY}),
    any_of=frozenset(),
    in_force_from=date(2025, 1, 1),
)
FOOD = replace(
    ALL, id=2, group="food", all_of=frozenset(), any_of=frozenset({Kind.VIETGAP, Kind.HACCP})
)
LIFTED = replace(FOOD, id=3, any_of=frozenset(), in_force_from=date(2025, 7, 1))


def test_a_group_has_what_is_asked_of_it_or_else_what_is_asked_of_all() -> None:
    known = [ALL, FOOD, LIFTED]
    assert policy_on(known, "herbs", DAY) is ALL
    assert policy_on(known, "", DAY) is ALL
    assert policy_on(known, "food", DAY) is FOOD
    assert policy_on(known, "food", date(2025, 6, 30)) is FOOD
    assert policy_on(known, "food", date(2025, 7, 1)) is LIFTED
    assert policy_on(known, "food", date(2024, 12, 31)) is None
    # Of two from one day the one recorded last.
    assert policy_on([FOOD, replace(FOOD, id=9)], "food", DAY) == replace(FOOD, id=9)


def test_what_lacks_is_told_with_the_last_that_met_it() -> None:
    assert lacking(None, [], DAY) == ()
    assert lacking(LIFTED, [], DAY) == ()
    assert lacking(FOOD, [BASE], DAY) == ()
    assert lacking(FOOD, [replace(BASE, kind=Kind.HACCP)], DAY) == ()
    (lack,) = lacking(FOOD, [], DAY)
    assert (lack.kinds, lack.ended) == ((Kind.VIETGAP, Kind.HACCP), None)
    (lack,) = lacking(FOOD, [REVOKED, replace(BASE, valid_to=date(2025, 2, 1))], DAY)
    assert lack.ended == REVOKED
    # One that only begins tomorrow meets nothing yet, and has not ended either.
    (lack,) = lacking(FOOD, [replace(BASE, valid_from=date(2025, 6, 2))], DAY)
    assert lack.ended is None
    both = replace(ALL, all_of=frozenset({Kind.FOOD_SAFETY, Kind.VIETGAP}))
    assert [one.kinds for one in lacking(both, [BASE], DAY)] == [(Kind.FOOD_SAFETY,)]
