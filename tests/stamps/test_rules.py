from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.i18n import Translator
from app.stamps.ledger import LedgerBroken, Moved, replay
from app.stamps.rules import (
    TRANSITIONS,
    BatchApproved,
    BatchHandedOver,
    BatchIssued,
    BatchRefused,
    BatchState,
    BatchUndecided,
    Move,
    QuantityOutOfRange,
    ReasonMissing,
    StampsActive,
    StampsElsewhere,
    StampsLost,
    StampsNotActive,
    StampsNotReceived,
    StampsReceived,
    StampsReturned,
    StampsVoid,
    State,
    check_quantity,
    check_reason,
    require_state,
    spoken_run,
)
from app.stamps.runs import Run, check_move, counted, joined, moved, split, take_next

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
ENGLISH = Translator("en")

ALLOWED = {
    (State.ISSUED, Move.HANDOVER, State.RECEIVED),
    (State.ISSUED, Move.SPOIL, State.VOID),
    (State.RETURNED, Move.REISSUE, State.RECEIVED),
    (State.ACTIVE, Move.UNDO, State.RECEIVED),
    (State.RECEIVED, Move.ACTIVATE, State.ACTIVE),
    (State.RECEIVED, Move.RETURN, State.RETURNED),
    *((state, Move.VOID, State.VOID) for state in State if state != State.VOID),
    *((state, Move.LOSE, State.LOST) for state in State if state not in {"void", "lost"}),
}

REFUSED = {
    State.ISSUED: StampsNotReceived,
    State.RECEIVED: StampsReceived,
    State.ACTIVE: StampsActive,
    State.VOID: StampsVoid,
    State.LOST: StampsLost,
    State.RETURNED: StampsReturned,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", [move for move in Move if move != Move.ISSUE])
def test_a_stamp_moves_only_as_the_table_says(state: State, move: Move) -> None:
    run = Run(1, 10, state)
    targets = [target for source, by, target in ALLOWED if (source, by) == (state, move)]
    if targets:
        check_move(move, [run], base=1)
        assert [moved(run, move, lot_id=7, at=NOW).state] == targets
    else:
        with pytest.raises(StampsNotActive if move == Move.UNDO else REFUSED[state]):
            check_move(move, [run], base=1)


def test_nothing_leads_out_of_void() -> None:
    assert all(State.VOID not in transition.sources for transition in TRANSITIONS.values())


def test_a_refusal_names_the_whole_run_that_is_in_the_way() -> None:
    parts = [
        Run(1001, 1010, State.RECEIVED),
        Run(1011, 1014, State.ACTIVE, lot_id=1),
        Run(1015, 1020, State.ACTIVE, lot_id=2),
        Run(1021, 1030, State.VOID),
    ]
    with pytest.raises(StampsActive) as caught:
        check_move(Move.ACTIVATE, parts, base=1001)
    assert (caught.value.first, caught.value.last) == (11, 20)
    assert caught.value.explain(ENGLISH).startswith("Stamps 11-20 are already active")


def test_running_numbers_are_written_the_local_way() -> None:
    assert spoken_run(1201, 1800, ENGLISH) == "1,201-1,800"
    assert spoken_run(1201, 1800, Translator("vi")) == "1.201-1.800"
    assert spoken_run(5, 5, ENGLISH) == "5"
    assert StampsElsewhere(first=5, last=5).explain(ENGLISH) == "Stamps 5 are in another state."


def test_activation_sets_lot_and_time_and_only_its_undoing_takes_them_away() -> None:
    active = moved(Run(1, 9, State.RECEIVED), Move.ACTIVATE, lot_id=7, at=NOW)
    assert active == Run(1, 9, State.ACTIVE, 7, NOW)
    assert moved(active, Move.UNDO, lot_id=None, at=NOW) == Run(1, 9, State.RECEIVED)
    void = moved(active, Move.VOID, lot_id=None, at=NOW + timedelta(days=1))
    assert void == replace(active, state=State.VOID)


@pytest.mark.parametrize(
    ("first", "last", "rest"),
    [
        (1, 10, ()),
        (0, 99, ()),
        (1, 3, ((4, 10),)),
        (8, 10, ((1, 7),)),
        (4, 4, ((1, 3), (5, 10))),
    ],
)
def test_a_change_leaves_what_it_does_not_touch(
    first: int, last: int, rest: tuple[tuple[int, int], ...]
) -> None:
    run = Run(1, 10, State.ACTIVE, 7, NOW)
    cut = split(run, first, last)
    assert (cut.part.first, cut.part.last) == (max(1, first), min(10, last))
    assert tuple((one.first, one.last) for one in cut.rest) == rest
    assert {replace(one, first=1, last=10) for one in (cut.part, *cut.rest)} == {run}


def test_a_change_elsewhere_is_no_split() -> None:
    with pytest.raises(ValueError, match="does not touch"):
        split(Run(1, 10, State.ISSUED), 11, 12)


def test_neighbours_in_one_state_are_told_as_one() -> None:
    runs = [Run(1, 2, State.VOID, 4), Run(3, 5, State.VOID), Run(7, 7, State.VOID)]
    assert joined(runs) == (Run(1, 5, State.VOID), Run(7, 7, State.VOID))
    assert counted(runs)[State.VOID] == 6
    assert counted([]) == dict.fromkeys(State, 0)


def test_stamps_are_taken_in_order_over_gaps() -> None:
    runs = [Run(1, 4, State.ISSUED), Run(8, 20, State.ISSUED)]
    assert take_next(runs, 3) == ((1, 3),)
    assert take_next(runs, 6) == ((1, 4), (8, 9))
    assert take_next(runs, 99) == ((1, 4), (8, 20))


def test_a_batch_says_where_it_stands_when_it_refuses_a_step() -> None:
    for state, refusal in {
        BatchState.REQUESTED: BatchUndecided,
        BatchState.REFUSED: BatchRefused,
        BatchState.APPROVED: BatchApproved,
        BatchState.HANDED_OVER: BatchHandedOver,
    }.items():
        with pytest.raises(refusal):
            require_state(state, BatchState.ISSUED)
    with pytest.raises(BatchIssued):
        require_state("issued", BatchState.REQUESTED)
    require_state("issued", BatchState.ISSUED)


def test_quantities_and_reasons_are_checked() -> None:
    check_quantity(1, most=1)
    for quantity in (0, -1, 2):
        with pytest.raises(QuantityOutOfRange):
            check_quantity(quantity, most=1)
    with pytest.raises(ReasonMissing):
        check_reason(" ")


def movement(kind: Move, first: int, last: int, source: State | None, **more: object) -> Moved:
    facts: dict[str, object] = {
        "uuid": uuid4(),
        "batch_id": 1,
        "kind": kind,
        "first": first,
        "last": last,
        "from_state": source,
        "to_state": TRANSITIONS[kind].target,
        "lot_id": None,
        "at": NOW,
        "actor_id": 1,
        "actor_label": "Lan",
    }
    return Moved(**(facts | more))  # type: ignore[arg-type] # the facts above are of the right types


ISSUE = movement(Move.ISSUE, 1, 100, None)
HANDED = movement(Move.HANDOVER, 1, 50, State.ISSUED)
ACTIVATED = movement(Move.ACTIVATE, 11, 20, State.RECEIVED, lot_id=7)
VOIDED = movement(Move.VOID, 15, 20, State.ACTIVE, lot_id=7)


def test_movements_replayed_give_the_runs() -> None:
    assert replay([ISSUE, HANDED, ACTIVATED, VOIDED]) == (
        Run(1, 10, State.RECEIVED),
        Run(11, 14, State.ACTIVE, 7, NOW),
        Run(15, 20, State.VOID, 7, NOW),
        Run(21, 50, State.RECEIVED),
        Run(51, 100, State.ISSUED),
    )
    assert replay([]) == ()


@pytest.mark.parametrize(
    "broken",
    [
        [ISSUE, ISSUE],
        [ISSUE, movement(Move.ISSUE, 101, 100, None)],
        [movement(Move.ISSUE, 50, 60, None), movement(Move.ISSUE, 1, 50, None)],
        [HANDED],
        [ISSUE, ACTIVATED],
        [ISSUE, HANDED, ACTIVATED, ACTIVATED],
        [ISSUE, HANDED, movement(Move.ACTIVATE, 41, 60, State.RECEIVED, lot_id=7)],
        [ISSUE, HANDED, ACTIVATED, replace(VOIDED, lot_id=8)],
        [ISSUE, HANDED, ACTIVATED, replace(VOIDED, to_state=State.RECEIVED)],
        [ISSUE, replace(HANDED, kind=Move.ACTIVATE, to_state=State.ACTIVE)],
        [replace(ISSUE, kind=Move.VOID)],
    ],
)
def test_a_ledger_that_does_not_add_up_is_noticed(broken: list[Moved]) -> None:
    with pytest.raises(LedgerBroken):
        replay(broken)


@given(st.data())
def test_cutting_never_loses_or_doubles_a_stamp(data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(st.integers(1, 60), st.integers(1, 60))))
    first = data.draw(st.integers(1, end))
    last = data.draw(st.integers(max(first, start), 60))
    run = Run(start, end, State.ISSUED)
    cut = split(run, first, last)
    places = [place for one in (cut.part, *cut.rest) for place in range(one.first, one.last + 1)]
    assert sorted(places) == list(range(run.first, run.last + 1))
