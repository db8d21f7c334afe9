"""Codes of stamps in a photo: bytes in, what its QR symbols say out."""

from typing import ClassVar, Final

import zxingcpp
from PIL import Image

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.products.pictures import decoded

# A sheet of 40 stamps across 3,000 pixels has five of them for each module of a symbol.
_WIDTH: Final = 1500
_SIDE: Final = 3500
MOST: Final = 200


class NothingRead(Invalid):
    """No code was found in the photo"""

    code: ClassVar[str] = "stamps.nothing_read"
    detail: ClassVar[str] = N_(
        "Hold the phone straight over the stamps, in good light and near enough that they fill "
        "the picture; or type the code printed beside the square."
    )
    field = "photo"


def read_photo(raw: bytes) -> tuple[str, ...]:
    """Return what the QR symbols in a photo say, each once, from the top.

    Raises NothingRead, and the refusals of pictures: too heavy, too big, not a picture.
    """
    picture = decoded(raw, _WIDTH, "photo")
    picture.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=formats)
    by_place = sorted(found, key=lambda one: (one.position.top_left.y, one.position.top_left.x))
    texts = tuple(dict.fromkeys(one.text for one in by_place if one.text))[:MOST]
    if not texts:
        raise NothingRead
    return texts
