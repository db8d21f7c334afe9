from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.lookup
from app.kit.i18n import translators
from app.lookup.verdict import NOT_VERIFIED, Facts, Judgement, Notice, Tone, Verdict, judge

NOW = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)
NOTICE = Notice("Histamine above the limit", datetime(2026, 6, 9, 18, 0, tzinfo=UTC), "Return it")
ACTIVE = Facts(state="active", lookups_by_others=4)

# What makes each verdict hold, beside the facts of an active stamp.
CAUSES: dict[Verdict, dict[str, Any]] = {
    Verdict.UNAVAILABLE: {"available": False},
    Verdict.UNKNOWN: {"state": None},
    Verdict.RECALLED: {"recall": NOTICE},
    Verdict.ON_HOLD: {"hold": NOTICE},
    Verdict.VOID: {"state": "void"},
    Verdict.LOST: {"state": "lost"},
    Verdict.NOT_ACTIVATED: {"state": "issued", "lapses_on": None},
    Verdict.LAPSED: {"state": "received", "lapses_on": TODAY},
    Verdict.PAST_DATE: {"expires_on": TODAY - timedelta(days=1)},
    Verdict.SUSPICIOUS: {"suspicion": NOTICE},
    Verdict.ACTIVE_FIRST: {"lookups_by_others": 0},
    Verdict.ACTIVE: {},
}
IN_ORDER = [
    "unavailable",
    "unknown",
    "recalled",
    "on_hold",
    "void",
    "lost",
    "not_activated",
    "lapsed",
    "past_date",
    "suspicious",
    "active_first",
    "active",
]


def test_the_order_is_the_documents() -> None:
    assert [verdict.value for verdict in Verdict] == IN_ORDER
    assert list(CAUSES) == list(Verdict)


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_follows_from_its_cause(verdict: Verdict) -> None:
    assert judge(ACTIVE._replace(**CAUSES[verdict]), NOW).verdict is verdict


@pytest.mark.parametrize(("higher", "lower"), list(combinations(Verdict, 2)))
def test_of_two_causes_the_higher_is_told(higher: Verdict, lower: Verdict) -> None:
    both = ACTIVE._replace(**{**CAUSES[lower], **CAUSES[higher]})
    assert judge(both, NOW).verdict is higher


@given(st.lists(st.sampled_from(Verdict)))
def test_what_else_is_wrong_is_told_too_in_order(causes: list[Verdict]) -> None:
    facts = ACTIVE
    for cause in causes:
        facts = facts._replace(**CAUSES[cause])
    told = judge(facts, NOW)
    order = list(Verdict)
    places = [order.index(one) for one in (told.verdict, *told.also)]
    assert places == sorted(set(places))
    assert not {Verdict.ACTIVE, Verdict.ACTIVE_FIRST} & set(told.also)


def test_a_recalled_stamp_that_is_void_and_past_its_date_tells_all_three() -> None:
    facts = Facts(state="void", recall=NOTICE, expires_on=date(2026, 1, 1))
    told = judge(facts, NOW)
    assert told.verdict is Verdict.RECALLED
    assert told.also == (Verdict.VOID, Verdict.PAST_DATE)


@pytest.mark.parametrize("verdict", [Verdict.RECALLED, Verdict.ON_HOLD, Verdict.SUSPICIOUS])
def test_a_notice_is_passed_on_with_its_day_in_vietnam(verdict: Verdict) -> None:
    told = judge(ACTIVE._replace(**CAUSES[verdict]), NOW)
    assert told == Judgement(verdict, NOTICE, date(2026, 6, 10))


@pytest.mark.parametrize("state", ["issued", "received", "returned"])
def test_a_stamp_not_activated_is_never_active(state: str) -> None:
    assert judge(Facts(state=state), NOW).verdict is Verdict.NOT_ACTIVATED
    lapsed = judge(Facts(state=state, lapses_on=TODAY), NOW)
    assert (lapsed.verdict, lapsed.since) == (Verdict.LAPSED, TODAY)


@pytest.mark.parametrize("state", ["active", "void", "lost"])
def test_only_an_unactivated_stamp_lapses(state: str) -> None:
    told = judge(Facts(state=state, lapses_on=date(2020, 1, 1)), NOW)
    assert Verdict.LAPSED not in {told.verdict, *told.also}


MIDNIGHT = datetime(2026, 6, 15, 17, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [(MIDNIGHT - MOMENT, Verdict.ACTIVE), (MIDNIGHT, Verdict.PAST_DATE)],
)
def test_the_last_day_of_a_shelf_life_ends_at_midnight_in_vietnam(
    now: datetime, verdict: Verdict
) -> None:
    assert judge(ACTIVE._replace(expires_on=TODAY), now).verdict is verdict


@pytest.mark.parametrize(
    ("now", "verdict"),
    [(MIDNIGHT - MOMENT, Verdict.NOT_ACTIVATED), (MIDNIGHT, Verdict.LAPSED)],
)
def test_a_stamp_lapses_at_midnight_in_vietnam(now: datetime, verdict: Verdict) -> None:
    facts = Facts(state="received", lapses_on=TODAY + timedelta(days=1))
    assert judge(facts, now).verdict is verdict


def test_the_same_instant_in_another_zone_is_the_same_verdict() -> None:
    facts = ACTIVE._replace(expires_on=TODAY)
    elsewhere = MIDNIGHT.astimezone(tz=datetime.fromisoformat("2026-01-01T00:00-08:00").tzinfo)
    assert judge(facts, elsewhere) == judge(facts, MIDNIGHT)


def test_a_state_no_stamp_has_is_an_error_not_a_verdict() -> None:
    with pytest.raises(ValueError, match="unknown state"):
        judge(Facts(state="sold"), NOW)


def test_only_a_failure_and_an_unknown_code_are_no_success() -> None:
    codes = {verdict: int(verdict.status) for verdict in Verdict}
    assert codes.pop(Verdict.UNAVAILABLE) == 503
    assert codes.pop(Verdict.UNKNOWN) == 404
    assert set(codes.values()) == {200}


def test_only_an_active_stamp_is_shown_as_good() -> None:
    good = {verdict for verdict in Verdict if verdict.tone is Tone.GOOD}
    assert good == {Verdict.ACTIVE_FIRST, Verdict.ACTIVE}
    assert Verdict.UNAVAILABLE.tone is Tone.NEUTRAL


def test_no_verdict_promises_more_than_a_code_can_show() -> None:
    words = translators([Path(app.lookup.__path__[0])])
    for text in (NOT_VERIFIED, *(text for one in Verdict for text in (one.label, one.advice))):
        for language in words.values():
            spoken = language.gettext(text).casefold()
            for promise in (
                *("genuine", "authentic", "original", "guarantee", "trusted"),
                *("hàng thật", "chính hãng", "đảm bảo", "bảo đảm", "xác thực"),
            ):
                assert promise not in spoken
        assert words["vi"].gettext(text) != text
