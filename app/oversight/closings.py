"""How a finding that was not in order may end."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class Ending(StrEnum):
    """What became of what an inspector saw."""

    CONFIRMED = "confirmed"
    UNFOUNDED = "unfounded"
    MENDED = "mended"
    FORWARDED = "forwarded"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        return _ENDINGS[self]


_ENDINGS: Final[Mapping[Ending, str]] = {
    Ending.CONFIRMED: N_("Confirmed"),
    Ending.UNFOUNDED: N_("Not confirmed"),
    Ending.MENDED: N_("Mended"),
    Ending.FORWARDED: N_("Handed to another agency"),
    Ending.UNCLEAR: N_("Can't be told"),
}
