"""Random histories of a batch, against stamps kept one by one: the slow and obvious way."""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.errors import DomainError
from app.scans.models import ScanTotal
from app.stamps import actions
from app.stamps.batch_queries import counts_of, list_moved, list_runs
from app.stamps.change_actions import change_span
from app.stamps.ledger import replay
from app.stamps.models import Batch
from app.stamps.reconciliation_queries import Books, read_books
from app.stamps.rules import BatchState, Move, State
from app.stamps.span_queries import Numbers
from tests import make
from tests.stamps.conftest import KEYRING, Scene, by

SIZE = 24
Step = tuple[str, int, int]
MOVES: dict[str, tuple[set[str], str]] = {
    "spoil": ({"issued"}, "void"),
    "hand_over": ({"issued"}, "received"),
    "activate": ({"received"}, "active"),
    "undo": ({"active"}, "received"),
    "void": ({"issued", "received", "active", "lost", "returned"}, "void"),
    "lose": ({"issued", "received", "active", "returned"}, "lost"),
    "return": ({"received"}, "returned"),
    "reissue": ({"returned"}, "received"),
}
PLACES = st.integers(1, SIZE)
# Looking stamps up moves none, and keeps an activation from being undone.
STEPS = st.lists(
    st.tuples(st.sampled_from([*MOVES, "hand_over", "activate", "look_up"]), PLACES, PLACES),
    min_size=1,
    max_size=16,
)


@dataclass
class Stamp:
    """One stamp, and what befell it."""

    state: str = "issued"
    lot: int | None = None
    handed: bool = False
    spoiled: bool = False
    seen: bool = False


@dataclass
class Oracle:
    """What the stamps should be."""

    stamps: list[Stamp] = field(default_factory=lambda: [Stamp() for _ in range(SIZE)])

    def step(self, step: Step, lot_id: int) -> bool:
        """Do the step, or return False where the rules refuse it."""
        kind, first, last = step
        touched = self.stamps[min(first, last) - 1 : max(first, last)]
        if kind == "look_up":
            for stamp in touched:
                stamp.seen |= stamp.state == "active"
            return True
        if kind == "hand_over":
            touched = [stamp for stamp in self.stamps if stamp.state == "issued"][:first]
        sources, target = MOVES[kind]
        whole = len(touched) == first or kind != "hand_over"
        known = kind != "undo" or not any(stamp.seen for stamp in touched)
        if not whole or not known or any(stamp.state not in sources for stamp in touched):
            return False
        for stamp in touched:
            stamp.state = target
            stamp.handed |= kind == "hand_over"
            stamp.spoiled |= kind == "spoil"
            stamp.lot = {"activate": lot_id, "undo": None}.get(kind, stamp.lot)
        return True

    def count(self, **facts: object) -> int:
        """Return how many stamps are as the facts say."""
        return sum(
            all(getattr(stamp, name) == value for name, value in facts.items())
            for stamp in self.stamps
        )


def act(scene: Scene, step: Step, minute: int) -> None:
    kind, first, last = step
    officer = by(scene.cast.officer.actor, minute)
    if kind == "hand_over":
        facts = {"batch_id": scene.batch.id, "receiver": "X", "quantity": first}
        actions.hand_over(scene.db, **(officer | facts))
    elif kind == "activate":
        scene.activate(first, last, **by(scene.cast.owner.actor, minute))
    elif kind == "look_up":
        look_up(scene, *sorted((first, last)))
    else:
        chosen = Numbers(scene.batch.id, first, last)
        said: dict[str, Any] = {
            "return": {"document_no": "BB"},
            "reissue": {"receiver": "X"},
        }.get(kind, {"reason": "Hỏng"})
        move = {"lose": Move.LOSE, "return": Move.RETURN}.get(kind) or Move(kind)
        change_span(scene.db, keyring=KEYRING, move=move, chosen=chosen, **officer, **said)


def look_up(scene: Scene, first: int, last: int) -> None:
    base = scene.batch.first or 0
    for run in list_runs(scene.db, batch_id=scene.batch.id):
        if run.state is State.ACTIVE:
            ends = max(run.first, base + first - 1), min(run.last, base + last - 1)
            for line in range(ends[0], ends[1] + 1):
                facts = {"lookups": 1, "first_at": make.NOW, "last_at": make.NOW}
                scene.db.merge(ScanTotal(line=line, active=True, **facts))
    scene.db.flush()


def flattened(scene: Scene) -> list[tuple[str, int | None]]:
    runs = list_runs(scene.db, batch_id=scene.batch.id)
    base = scene.batch.first or 0
    # Disjoint and without a gap, from the first stamp to the last.
    assert [run.first for run in runs] == [base, *(run.last + 1 for run in runs[:-1])]
    assert runs[-1].last == scene.batch.last
    return [(run.state.value, run.lot_id) for run in runs for _ in range(run.quantity)]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_the_ledger_adds_up_after_every_step_of_any_history(
    scene: Scene, steps: list[Step]
) -> None:
    with scene.db.begin_nested() as history:
        told = replace(scene, batch=issued(scene))
        oracle = Oracle()
        for minute, step in enumerate(steps):
            check_step(told, oracle, step, minute)
        history.rollback()


def issued(scene: Scene) -> Batch:
    who: dict[str, Any] = by(make.SYSTEM) | {"quantity": SIZE}
    product_id = scene.batch.product_id
    batch = actions.request_batch(scene.db, product_id=product_id, reason="", largest=SIZE, **who)
    actions.approve_batch(scene.db, batch_id=batch.id, decision_no="1", **who)
    return actions.issue_batch(scene.db, batch_id=batch.id, keyring=KEYRING, **by(make.SYSTEM))


def check_step(scene: Scene, oracle: Oracle, step: Step, minute: int) -> None:
    allowed = oracle.step(step, scene.lot.id)
    try:
        with scene.db.begin_nested():
            act(scene, step, minute)
    except DomainError:
        assert not allowed, step
    else:
        assert allowed, step
    assert flattened(scene) == [(stamp.state, stamp.lot) for stamp in oracle.stamps]
    batch_id = scene.batch.id
    assert replay(list_moved(scene.db, batch_id=batch_id)) == list_runs(scene.db, batch_id=batch_id)
    counts = counts_of(scene.db, [batch_id])[batch_id]
    assert counts == {state: oracle.count(state=state) for state in State}
    scene.db.refresh(scene.batch)
    whole = not counts[State.ISSUED]
    assert scene.batch.state == (BatchState.HANDED_OVER if whole else BatchState.ISSUED)
    who = by(scene.cast.officer.actor)
    check_books(read_books(scene.db, batch_id=batch_id, **who), oracle)


def check_books(books: Books, oracle: Oracle) -> None:
    found = books.figures
    assert found.adds_up
    assert found.spoiled == oracle.count(spoiled=True)
    assert found.handed_over == oracle.count(handed=True)
    kept = oracle.count(state="issued") + found.spoiled
    assert found.withdrawn == oracle.count(handed=False) - kept
    states = {"active": "active", "void": "void", "lost": "lost", "returned": "returned"}
    for name, state in (states | {"on_hand": "received"}).items():
        assert getattr(found, name) == oracle.count(state=state, handed=True), name
