"""Quantities, balances and accounts, as pure figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diary.amounts import (
    MOST,
    TOLERANCE,
    Amount,
    QuantityOutOfRange,
    Total,
    UnitNeeded,
    comparable,
    read_amount,
    told_in,
    total,
)
from app.diary.distribution import DoesNotAddUp, account_of
from app.diary.tracing import Balance, remarks_on
from app.kit.units import UNITS, UnknownUnit

CODES = [unit.code for unit in UNITS]
NOTHING = Total(0.0)
quantities = st.integers(1, 10_000_000).map(lambda grams: grams / 1000)


def balance(
    has: float | None,
    unit: str = "KGM",
    *,
    inputs: Total = NOTHING,
    used: Total = NOTHING,
    sent: Total = NOTHING,
    claimed: Total = NOTHING,
) -> Balance:
    return Balance(
        amount=Amount(has, unit),
        inputs=inputs,
        transformed=bool(inputs.quantity),
        used=used,
        sent=sent,
        claimed=claimed,
    )


@given(quantities, st.sampled_from(CODES), st.sampled_from(CODES))
def test_a_quantity_told_in_another_unit_and_back_is_the_same(
    quantity: float, one: str, other: str
) -> None:
    there = told_in(Amount(quantity, one), other)
    assert (there is None) == (not comparable(one, other))
    if there is not None:
        assert told_in(Amount(there, other), one) == pytest.approx(quantity)


def test_kilograms_compare_with_tonnes_and_no_box_with_either() -> None:
    assert told_in(Amount(1.5, "TNE"), "KGM") == 1500
    assert told_in(Amount(250, "MLT"), "LTR") == 0.25
    assert told_in(Amount(2, "XBX"), "XBX") == 2
    for one, other in (("XBX", "KGM"), ("LTR", "KGM"), ("XBX", "C62"), ("", "KGM"), ("", "")):
        assert told_in(Amount(1, one), other) is None


@given(st.lists(st.tuples(st.none() | quantities, st.sampled_from(["KGM", "GRM", "XBX", ""]))))
def test_a_total_loses_nothing_whatever_the_order(given: list[tuple[float | None, str]]) -> None:
    amounts = [Amount(quantity, unit) for quantity, unit in given]
    found, turned = total(amounts, "KGM"), total(reversed(amounts), "KGM")
    assert found.quantity == turned.quantity
    assert sorted(map(repr, found.apart)) == sorted(map(repr, turned.apart))
    told = [told_in(one, "KGM") for one in amounts]
    assert len(found.apart) == told.count(None)
    assert found.quantity == pytest.approx(sum(filter(None, told)), abs=0.001)


@given(quantities, st.lists(quantities, max_size=6), st.lists(quantities, max_size=6))
def test_taking_more_never_leaves_more(has: float, taken: list[float], sent: list[float]) -> None:
    used = total((Amount(one, "KGM") for one in taken), "KGM")
    before = balance(has, used=used)
    after = balance(has, used=used, sent=total((Amount(one, "KGM") for one in sent), "KGM"))
    assert before.left is not None
    assert after.left is not None
    assert after.left <= before.left
    assert after.exceeded or not before.exceeded
    assert after.left + after.taken == pytest.approx(has, abs=0.002)


@given(quantities)
def test_scales_may_differ_and_pieces_may_not(has: float) -> None:
    within, beyond = has * (1 + TOLERANCE), has * (1 + TOLERANCE) + 0.01
    assert not balance(has, used=Total(within)).exceeded
    assert balance(has, used=Total(beyond)).exceeded
    assert balance(has, "XBX", sent=Total(has + 1)).exceeded
    assert not balance(None, used=Total(beyond)).exceeded


def test_what_others_took_is_part_of_what_was_sent() -> None:
    both = balance(100, used=Total(20.0), sent=Total(50.0), claimed=Total(30.0))
    assert (both.taken, both.left) == (70.0, 30.0)
    more = balance(100, sent=Total(50.0), claimed=Total(106.0))
    assert more.exceeded


def test_far_more_out_than_in_is_told_of_lots_and_not_of_seed() -> None:
    codes = [one.code for one in remarks_on(balance(130, inputs=Total(100.0)), number="L1")]
    assert codes == ["diary.output_far_above_inputs"]
    assert remarks_on(balance(120, inputs=Total(100.0)), number="L1") == ()
    apart = Total(100.0, (Amount(3, "XBX"),))
    assert remarks_on(balance(900, inputs=apart), number="L1") == ()


def test_what_can_not_be_compared_is_told_and_not_guessed() -> None:
    apart = Total(0.0, (Amount(3, "XBX"),))
    assert [one.code for one in remarks_on(balance(5, sent=apart), number="L1")] == [
        "diary.units_apart"
    ]
    assert [one.code for one in remarks_on(balance(None, sent=apart), number="L1")] == [
        "diary.quantity_unknown"
    ]


@pytest.mark.parametrize("quantity", [0, -1, 0.0001, float("nan"), float("inf"), MOST * 2])
def test_absurd_quantities_are_refused(quantity: float) -> None:
    with pytest.raises(QuantityOutOfRange):
        read_amount(quantity, "kg")


def test_a_quantity_is_read_with_its_unit() -> None:
    assert read_amount(2, "tạ") == Amount(2, "DTN")
    assert read_amount(None, "kg") == Amount(None, "")
    with pytest.raises(UnitNeeded):
        read_amount(2, " ")
    with pytest.raises(UnknownUnit):
        read_amount(2, "gùi")


def test_an_account_that_does_not_add_up_needs_a_note() -> None:
    whole = balance(100, sent=Total(60.0))
    assert account_of(whole, left=40).remark is None
    assert account_of(whole, left=36).remark is None
    for account in (
        account_of(whole, left=10),
        account_of(whole, left=60),
        account_of(whole, left=None),
        account_of(balance(None), left=0),
        account_of(balance(100, sent=Total(60.0, (Amount(1, "XBX"),))), left=40),
    ):
        with pytest.raises(DoesNotAddUp):
            account.require("")
        account.require("Hao hụt khi sấy")
    assert account_of(balance(100, "XBX", sent=Total(60.0)), left=39).remark is not None
