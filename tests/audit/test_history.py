"""What was recorded is told in the reader's words, whoever or whatever did it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from app.kit.i18n import Translator
from app.office.audit_terms import told
from tests import make


@dataclass(frozen=True)
class Kept:
    """An event as it is read from the trail."""

    action: str
    after: dict[str, Any]
    actor_label: str = "system"
    seq: int = 1
    at: datetime = make.NOW
    before: None = None
    actor_id: None = None
    subject_id: str = "1"
    entity_id: None = None

    @property
    def subject_kind(self) -> str:
        return self.action.partition(".")[0]


@pytest.mark.parametrize(
    ("action", "after", "said"),
    [
        (
            "test.record",
            {"criteria": ["Salmonella: 0 (passed)", "Chì (x)"]},
            "Salmonella: 0 (Passed); Chì (x)",
        ),
        ("listing.confirm", {"state": "confirmed"}, "Confirmed as the product"),
        ("lot.state", {"state": "released"}, "Released for sale"),
        ("entry.add", {"kind": "harvest"}, "Harvest"),
        ("product.link.add", {"rel": "recipeInfo"}, "Recipes"),
    ],
)
def test_values_and_the_system_itself_are_told_in_words(
    action: str, after: dict[str, Any], said: str
) -> None:
    event = told(Kept(action, after), entity="", hide=False, words=Translator("en"))
    assert (event.happened.who, event.happened.changes[0].after) == ("The system", said)
