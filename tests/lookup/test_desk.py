"""Look-ups that come at the same moment are read together, and each gets its own answer."""

from app.lookup.desk_access import MOST_AT_ONCE
from app.stamps.codes import BatchKeys, Root, grouped, root_check
from app.stamps.models import KeyEpoch
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import Scene


def foreign(scene: Scene) -> str:
    """Open an epoch whose root is not at hand, and return a code of it."""
    root = Root(7, bytes(range(100, 132)))
    scene.change(
        lambda db: db.add(
            KeyEpoch(
                epoch=7, root_check=root_check(root), next=1, opened_at=make.NOW, closed_at=make.NOW
            )
        )
    )
    assert scene.batch.secret is not None
    return BatchKeys.of(root, scene.batch.secret).encode(0)


def test_each_of_many_gets_the_answer_to_its_own_question(visit: Visit, scene: Scene) -> None:
    unchecked = foreign(scene)
    asked = [*scene.codes, "1" * 20, "x", unchecked] * 12
    assert len(asked) > 2 * MOST_AT_ONCE
    answers = visit().get_at_once([f"/t/{code}" for code in asked])
    # So many of one network may be open at once that what can't be a code waits: 429.
    wanted = {"1" * 20: {404, 429}, "x": {404, 429}, unchecked: {503}}
    for code, answer in zip(asked, answers, strict=True):
        assert answer.status_code in wanted.get(code, {200})
        if code in scene.codes:
            assert grouped(code) in answer.text


def test_pages_and_the_api_asked_together_agree(visit: Visit, scene: Scene) -> None:
    code = scene.active
    page, said, again = visit().get_at_once(
        [f"/t/{code}", f"/api/v1/verify/{code}", f"/api/v1/verify/{scene.issued}"]
    )
    assert page.status_code == said.status_code == again.status_code == 200
    assert (said.json()["code"], again.json()["code"]) == (code, scene.issued)
