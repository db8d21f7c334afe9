"""Recalls and holds: what they are of."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_

RECALL: Final = "recall"
HOLD: Final = "hold"


class MadeBackwards(Invalid):
    """The days are in the wrong order"""

    code: ClassVar[str] = "diary.made_backwards"
    detail: ClassVar[str] = N_("The first day must not be after the last one.")
    field = "made_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is recalled or held: a lot, or a product or its lots made between two days."""

    entity_id: int
    product_id: int
    lot_id: int | None = None
    lot_number: str = ""
    made_from: date | None = None
    made_to: date | None = None

    @property
    def kind(self) -> str:
        return "product" if self.lot_id is None else "lot"

    @property
    def whole(self) -> bool:
        """Tell whether all of a product is meant, with what is not yet in any lot."""
        return self.lot_id is None and self.made_from is None and self.made_to is None
