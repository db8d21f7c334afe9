from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class Outcome(StrEnum):
    """How an objection ended."""

    SETTLED = "settled"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


OUTCOMES: Final = {
    Outcome.SETTLED.value: N_("Settled: the use right was put right"),
    Outcome.UPHELD.value: N_("Upheld: the use right is suspended or revoked"),
    Outcome.WITHDRAWN.value: N_("Withdrawn: there was no ground"),
}
