from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.errors import DomainError
from app.stamps import actions, span_actions
from app.stamps.batch_queries import counts_of, list_moved, list_runs
from app.stamps.ledger import replay
from app.stamps.rules import (
    State,
)
from tests import make
from tests.stamps.conftest import KEYRING, Scene, by

SIZE = 24
Step = tuple[str, int, int]
MOVES: dict[str, tuple[set[str], str]] = {
    "hand_over": ({"issued"}, "received"),
    "activate": ({"received"}, "active"),
    "void": ({"issued", "received", "active", "lost"}, "void"),
    "lose": ({"issued", "received", "active"}, "lost"),
}
PLACES = st.integers(1, SIZE)
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), PLACES, PLACES),
    min_size=1,
    max_size=14,
)


@dataclass
class Oracle:
    """What the stamps should be, one by one: the slow and obvious way."""

    states: list[str] = field(default_factory=lambda: ["issued"] * SIZE)
    lots: list[int | None] = field(default_factory=lambda: [None] * SIZE)

    def step(self, step: Step, lot_id: int) -> bool:
        """Do the step, or return False where the rules refuse it."""
        kind, first, last = step
        touched = list(range(min(first, last) - 1, max(first, last)))
        if kind == "hand_over":
            touched = [place for place in range(SIZE) if self.states[place] == "issued"][:first]
        sources, target = MOVES[kind]
        whole = len(touched) == (first if kind == "hand_over" else abs(first - last) + 1)
        if not whole or any(self.states[place] not in sources for place in touched):
            return False
        for place in touched:
            self.states[place] = target
            if kind == "activate":
                self.lots[place] = lot_id
        return True


def act(scene: Scene, step: Step, minute: int) -> None:
    kind, first, last = step
    who = by(scene.cast.owner.actor, minute)
    officer = scene.cast.officer.actor
    if kind == "hand_over":
        facts = {"batch_id": scene.batch.id, "receiver": "X", "quantity": first}
        actions.hand_over(scene.db, **(who | {"actor": officer} | facts))
    elif kind == "activate":
        scene.activate(first, last, **who)
    else:
        end = span_actions.void_span if kind == "void" else span_actions.lose_span
        end(scene.db, **who, **scene.ends(first, last), reason="Hỏng")


def flattened(scene: Scene) -> tuple[list[str], list[int | None]]:
    runs = list_runs(scene.db, batch_id=scene.batch.id)
    base = scene.batch.first or 0
    # Disjoint and without a gap, from the first stamp to the last.
    assert [run.first for run in runs] == [base, *(run.last + 1 for run in runs[:-1])]
    assert runs[-1].last == scene.batch.last
    states = [run.state.value for run in runs for _ in range(run.quantity)]
    return states, [run.lot_id for run in runs for _ in range(run.quantity)]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_any_history_keeps_spans_disjoint_whole_and_equal_to_their_movements(
    scene: Scene, steps: list[Step]
) -> None:
    with scene.db.begin_nested() as history:
        product_id = scene.batch.product_id
        who = by(make.SYSTEM)
        batch = actions.request_batch(
            scene.db, product_id=product_id, quantity=SIZE, reason="", largest=SIZE, **who
        )
        actions.approve_batch(scene.db, batch_id=batch.id, quantity=SIZE, decision_no="1", **who)
        actions.issue_batch(scene.db, batch_id=batch.id, keyring=KEYRING, **who)
        told = replace(scene, batch=batch)
        oracle = Oracle()
        for minute, step in enumerate(steps):
            check_step(told, oracle, step, minute)
        runs = list_runs(scene.db, batch_id=batch.id)
        assert replay(list_moved(scene.db, batch_id=batch.id)) == runs
        counts = counts_of(scene.db, [batch.id])[batch.id]
        assert counts == {state: oracle.states.count(state) for state in State}
        history.rollback()


def check_step(scene: Scene, oracle: Oracle, step: Step, minute: int) -> None:
    allowed = oracle.step(step, scene.lot.id)
    try:
        with scene.db.begin_nested():
            act(scene, step, minute)
    except DomainError:
        assert not allowed, step
    else:
        assert allowed, step
    assert flattened(scene) == (oracle.states, oracle.lots)
