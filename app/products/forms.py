from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class ProductForm(StrEnum):
    """In which form a product is sold: a right to use a sign is granted for one of them."""

    RAW = "raw"
    PROCESSED = "processed"
    LIVE = "live"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    ProductForm.RAW: N_("Raw"),
    ProductForm.PROCESSED: N_("Processed"),
    ProductForm.LIVE: N_("Live"),
}
