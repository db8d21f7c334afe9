from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rights.dates import earliest, latest
from app.rights.kinds import RightType
from app.rights.lines import GONE_WORDS, MADE_WORDS, STATE_WORDS, lines
from app.rights.rules import (
    Day,
    RightFacts,
    RightStatus,
    UseRightFacts,
    UseRightStatus,
    badges,
    right_status,
    use_right_status,
)
from app.rights.standing import Standing

DAY = date(2026, 6, 15)
ENTITY, PRODUCT = 7, 70
GI = RightFacts(
    id=1,
    type=RightType.GI,
    sign="Cà Mau",
    number="00116",
    number_written="116",
    checked_on=date(2024, 1, 5),
    registered_on="2022-07",
)
OWN = RightFacts(
    id=2,
    type=RightType.TRADEMARK,
    sign="Tôm khô Ba Sạch",
    number="4-0165802-000",
    checked_on=date(2024, 1, 5),
    registered_on="2020-03-01",
    expires_on="2028-05-09",
    owner_entity_id=ENTITY,
    product_ids=frozenset({PRODUCT}),
)
GRANT = UseRightFacts(
    id=11,
    right_id=GI.id,
    entity_id=ENTITY,
    product_id=PRODUCT,
    certificate_no="CM-04",
    valid_from="2024-06-15",
    valid_to="2029-06-14",
)


def shown(*rights: RightFacts, grants: tuple[UseRightFacts, ...] = (GRANT,)) -> list[int]:
    return [badge.right_id for badge in badges(rights, grants, ENTITY, PRODUCT, DAY)]


def test_a_badge_names_the_right_the_grant_and_the_earlier_end() -> None:
    mark = replace(GI, type=RightType.CERTIFICATION_MARK, expires_on="2027-01")
    (badge,) = badges([mark], [GRANT], ENTITY, PRODUCT, DAY)
    assert (badge.number, badge.number_written) == ("00116", "116")
    assert (badge.use_right_id, badge.use_right_number) == (GRANT.id, "CM-04")
    assert (badge.valid_from, badge.valid_until) == ("2024-06-15", "2027-01")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": None}, "no confirmed number"),
        ({"number": None, "application_number": "6-2019-00012"}, "an application only"),
        ({"number": None, "registered_on": None, "applied_on": "2019"}, "an application only"),
        ({"checked_on": None}, "not checked against the certificate"),
        ({"registered_on": "2026-06-16"}, "not registered yet"),
        ({"registered_on": "2026-06"}, "registered on an unknown day of this month"),
        ({"expires_on": "2026-06-14"}, "expired yesterday"),
        ({"expires_on": "2026"}, "expires on an unknown day of this year"),
        ({"ended_on": "2026-06-15"}, "ended today"),
        ({"ended_on": "2026"}, "ended on an unknown day of this year"),
        ({"suspended_on": "2026-06-15"}, "suspended today"),
        ({"suspended_on": "2025", "resumed_on": "2026-06-16"}, "suspended until tomorrow"),
        ({"suspended_on": "2026-06"}, "suspended on an unknown day of this month"),
    ],
)
def test_a_right_not_in_force_gives_no_badge(changes: dict[str, Any], reason: str) -> None:
    assert shown(replace(GI, **changes)) == [], reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"entity_id": 8}, "another entity's"),
        ({"product_id": 71}, "another product's"),
        ({"right_id": 2}, "under another right"),
        ({"valid_from": "2026-06-16"}, "begins tomorrow"),
        ({"valid_from": "2026"}, "began on an unknown day of this year"),
        ({"valid_to": "2026-06-14"}, "ran out yesterday"),
        ({"ended_on": "2026-06-15"}, "ended today"),
        ({"holder_gone_on": DAY}, "its entity was dissolved today"),
        ({"suspended_on": "2026-06-01"}, "suspended"),
        ({"suspended_on": "2026-05", "resumed_on": "2026-06"}, "resumed on an unknown day"),
    ],
)
def test_a_use_right_not_in_force_gives_no_badge(changes: dict[str, Any], reason: str) -> None:
    assert shown(GI, grants=(replace(GRANT, **changes),)) == [], reason


@pytest.mark.parametrize(
    ("right", "grant"),
    [
        ({}, {}),
        ({"registered_on": None}, {}),
        ({"registered_on": "2026-06-15"}, {"valid_from": "2026-06-15"}),
        ({"expires_on": "2026-06-15"}, {"valid_to": "2026-06-15"}),
        ({"ended_on": "2026-06-16"}, {"ended_on": "2026-07"}),
        ({"suspended_on": "2025-01", "resumed_on": "2026-06-15"}, {"valid_to": None}),
        ({}, {"holder_gone_on": date(2026, 6, 16)}),
    ],
)
def test_first_and_last_days_count(right: dict[str, Any], grant: dict[str, Any]) -> None:
    assert shown(replace(GI, **right), grants=(replace(GRANT, **grant),)) == [GI.id]


def test_an_own_trademark_needs_no_use_right() -> None:
    (badge,) = badges([OWN], [], ENTITY, PRODUCT, DAY)
    assert (badge.use_right_id, badge.valid_until) == (None, "2028-05-09")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"owner_entity_id": 8}, "another entity's mark"),
        ({"owner_entity_id": None}, "owner unknown"),
        ({"product_ids": frozenset({71})}, "not linked to this product"),
        ({"type": RightType.GI}, "a GI always needs a use right"),
        ({"type": RightType.COLLECTIVE_MARK}, "a collective mark always needs a use right"),
        ({"type": RightType.CERTIFICATION_MARK}, "a certification mark always needs a use right"),
        ({"expires_on": None}, "the end of its ten years is unknown"),
        ({"owner_gone_on": DAY}, "its owner was dissolved today"),
    ],
)
def test_owning_a_right_is_not_enough(changes: dict[str, Any], reason: str) -> None:
    assert shown(replace(OWN, **changes), grants=()) == [], reason


@pytest.mark.parametrize(
    ("applied_on", "found"), [("2016-06-15", [2]), ("2016-06-14", []), ("2016", []), ("2017", [2])]
)
def test_a_mark_without_a_recorded_end_lasts_ten_years_from_filing(
    applied_on: str, found: list[int]
) -> None:
    mark = replace(OWN, applied_on=applied_on, expires_on=None, registered_on="2018")
    assert shown(mark, grants=()) == found


@pytest.mark.parametrize(
    ("applied_on", "last"),
    [
        ("2015-12-31", date(2025, 12, 31)),
        ("2016-02-29", date(2026, 2, 28)),
        ("2018-02-28", date(2028, 2, 28)),
    ],
)
def test_ten_years_from_filing_end_on_the_same_day_of_the_month(
    applied_on: str, last: date
) -> None:
    mark = replace(OWN, applied_on=applied_on, expires_on=None, registered_on="2019")
    stands = [right_status(mark, day) for day in (last, last + timedelta(days=1))]
    assert stands == [RightStatus.IN_FORCE, RightStatus.UNCERTAIN]


def test_the_year_of_filing_is_read_from_the_application_number() -> None:
    mark = replace(OWN, expires_on=None, registered_on="2018")
    assert shown(replace(mark, application_number="4-2017-12345"), grants=()) == [mark.id]
    assert shown(replace(mark, application_number="4-2016-12345"), grants=()) == []


def test_whole_dates_count_like_their_text() -> None:
    whole = replace(GRANT, valid_from=date(2024, 6, 15), valid_to=date(2026, 6, 15))
    assert shown(GI, grants=(whole,)) == [GI.id]
    assert shown(GI, grants=(replace(whole, ended_on=DAY),)) == []


def test_two_rights_of_one_name_are_told_apart_by_their_grants() -> None:
    shrimp = replace(GI, id=3, number="00117")
    assert shown(GI, shrimp) == [GI.id]


def test_a_renewed_grant_is_one_badge_and_one_line() -> None:
    before = replace(GRANT, id=10, valid_from="2019-06-15", valid_to="2024-06-14")
    (badge,) = badges([GI], [before, GRANT], ENTITY, PRODUCT, DAY)
    assert badge.use_right_id == GRANT.id
    (line,) = lines([GI], [before, GRANT], ENTITY, PRODUCT, DAY, made_on=date(2023, 6, 1))
    assert (line.state, line.since) == (Standing.IN_FORCE, "2024-06-15")
    assert line.in_force_when_made is True


@pytest.mark.parametrize(
    ("right", "grant", "state", "since"),
    [
        ({}, {"ended_on": "2026-03-01"}, Standing.ENDED, "2026-03-01"),
        ({}, {"valid_to": "2025"}, Standing.EXPIRED, "2025"),
        ({}, {"suspended_on": "2026-05"}, Standing.SUSPENDED, "2026-05"),
        ({"ended_on": "2026-02"}, {"ended_on": "2026-03-01"}, Standing.ENDED, "2026-02"),
        ({"ended_on": "2026-04"}, {"ended_on": "2026-03-01"}, Standing.ENDED, "2026-03-01"),
        ({"ended_on": "2026-04"}, {"suspended_on": "2025"}, Standing.ENDED, "2026-04"),
        ({"ended_on": "2026-04"}, {"valid_to": "2025"}, Standing.EXPIRED, "2025"),
        ({"expires_on": "2026"}, {}, Standing.UNCERTAIN, None),
        ({}, {}, Standing.IN_FORCE, "2024-06-15"),
    ],
)
def test_a_line_says_what_stopped_the_use_first(
    right: dict[str, Any], grant: dict[str, Any], state: Standing, since: str | None
) -> None:
    facts, grants = replace(GI, **right), [replace(GRANT, **grant)]
    (line,) = lines([facts], grants, ENTITY, PRODUCT, DAY)
    assert (line.state, line.since) == (state, since)
    assert (line.badge is not None) == (state is Standing.IN_FORCE)
    assert ("{date}" in line.state_words) == (state not in {Standing.IN_FORCE, Standing.UNCERTAIN})


@pytest.mark.parametrize(
    ("ended_on", "since", "gone"),
    [(None, DAY, True), ("2026-03-01", "2026-03-01", False), ("2026-07", DAY, True)],
)
def test_a_line_says_that_its_producer_was_dissolved_unless_a_decision_came_first(
    *, ended_on: str | None, since: Day, gone: bool
) -> None:
    grant = replace(GRANT, holder_gone_on=DAY, ended_on=ended_on)
    (line,) = lines([GI], [grant], ENTITY, PRODUCT, DAY, made_on=date(2026, 2, 1))
    assert (line.state, line.since, line.badge) == (Standing.ENDED, since, None)
    assert (line.state_words == GONE_WORDS, line.in_force_when_made) == (gone, True)
    (own,) = lines([replace(OWN, owner_gone_on=DAY)], [], ENTITY, PRODUCT, DAY)
    assert (own.state, own.since, own.state_words) == (Standing.ENDED, DAY, GONE_WORDS)
    (day_before,) = lines(
        [replace(OWN, owner_gone_on=DAY)], [], ENTITY, PRODUCT, DAY - timedelta(days=1)
    )
    assert day_before.badge is not None


@pytest.mark.parametrize(
    ("made_on", "held"),
    [
        (date(2024, 6, 14), False),
        (date(2024, 6, 15), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 15), None),
        (date(2026, 2, 1), False),
        (None, None),
    ],
)
def test_a_line_says_whether_it_held_when_the_lot_was_made(
    *, made_on: date | None, held: bool | None
) -> None:
    ended = replace(GRANT, ended_on="2026-01")
    (line,) = lines([GI], [ended], ENTITY, PRODUCT, DAY, made_on=made_on)
    assert line.state is Standing.ENDED
    assert line.in_force_when_made is held
    assert line.made_words == MADE_WORDS[held]


def test_nothing_is_said_of_rights_unconfirmed_foreign_or_yet_to_begin() -> None:
    unchecked = replace(GI, checked_on=None)
    coming = replace(GRANT, valid_from="2026-07-01")
    assert lines([unchecked], [GRANT], ENTITY, PRODUCT, DAY) == ()
    assert lines([GI], [coming], ENTITY, PRODUCT, DAY) == ()
    assert lines([GI, OWN], [GRANT], 8, PRODUCT, DAY) == ()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, RightStatus.IN_FORCE),
        ({"number": None, "registered_on": None, "applied_on": "2019"}, RightStatus.APPLICATION),
        ({"number": None, "registered_on": None}, RightStatus.UNCERTAIN),
        ({"checked_on": None}, RightStatus.IN_FORCE),
        ({"registered_on": "2027"}, RightStatus.NOT_YET),
        ({"ended_on": "2025", "suspended_on": "2024"}, RightStatus.ENDED),
        ({"suspended_on": "2024"}, RightStatus.SUSPENDED),
        ({"expires_on": "2025"}, RightStatus.EXPIRED),
    ],
)
def test_a_status_is_derived_from_the_dates(changes: dict[str, Any], status: RightStatus) -> None:
    assert right_status(replace(GI, **changes), DAY) is status


def test_geographical_indications_stand_first() -> None:
    mark = replace(OWN, sign="A")
    assert shown(mark, GI) == [GI.id, mark.id]


def test_every_state_of_a_line_has_its_words() -> None:
    assert set(STATE_WORDS) == set(Standing) - {Standing.NOT_YET}
    assert all(kind.label and kind.meaning for kind in RightType)


PARTIALS = st.builds(
    lambda day, size: day.isoformat()[:size],
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from([4, 7, 10]),
)
GRANTS = st.builds(
    replace,
    st.just(GRANT),
    valid_from=PARTIALS,
    valid_to=st.none() | PARTIALS,
    ended_on=st.none() | PARTIALS,
    suspended_on=st.none() | PARTIALS,
    resumed_on=st.none() | PARTIALS,
)


@given(GRANTS, st.dates(date(2023, 6, 1), date(2029, 6, 1)), st.data())
def test_in_force_means_in_force_by_every_reading_of_the_dates(
    grant: UseRightFacts, day: date, draws: st.DataObject
) -> None:
    status = use_right_status(grant, day)
    exact = replace(
        grant,
        valid_from=_drawn(draws, grant.valid_from),
        valid_to=_drawn_if(draws, grant.valid_to),
        ended_on=_drawn_if(draws, grant.ended_on),
        suspended_on=_drawn_if(draws, grant.suspended_on),
        resumed_on=_drawn_if(draws, grant.resumed_on),
    )
    told = use_right_status(exact, day)
    assert told is not UseRightStatus.UNCERTAIN
    if status is not UseRightStatus.UNCERTAIN:
        assert (told is UseRightStatus.IN_FORCE) == (status is UseRightStatus.IN_FORCE)


def _drawn_if(draws: st.DataObject, partial: Day | None) -> str | None:
    return _drawn(draws, partial) if partial else None


def _drawn(draws: st.DataObject, partial: Day) -> str:
    days = (latest(partial) - earliest(partial)).days
    chosen = earliest(partial) + timedelta(days=draws.draw(st.integers(0, days)))
    return chosen.isoformat()
