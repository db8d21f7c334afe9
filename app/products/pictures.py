"""Pictures from outside, checked and written anew: bytes in, bytes out."""

import hashlib
import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar, Final, Literal

from PIL import Image, ImageOps

from app.kit.errors import Invalid
from app.kit.i18n import N_

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 24_000_000
# WebP holds sides of at most 16,383; a strip longer than this is no picture of a product.
MAX_SIDE: Final = 12_000
WEBP_WIDTHS: Final = (160, 320, 640, 1280)
JPEG_WIDTHS: Final = (640, 1280)
PHOTO_SIDE: Final = 1280
PHOTO_PREVIEW: Final = 320

PictureFormat = Literal["webp", "jpeg"]
MEDIA_TYPES: Final[dict[PictureFormat, str]] = {"webp": "image/webp", "jpeg": "image/jpeg"}

# MPO is what Pillow calls the JPEG of a phone that keeps a second picture (depth, motion)
# behind the first, which is the one that is read.
_ACCEPTED: Final = ("JPEG", "MPO", "PNG", "WEBP")
_QUALITY: Final = 80
# What Pillow raises on bytes that begin like a picture and are none.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)

# Beyond Pillow's own limit a warning is not enough; this holds for every thread of the process.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureTooHeavy(Invalid):
    """The picture file is too large"""

    code: ClassVar[str] = "products.picture_too_heavy"
    detail: ClassVar[str] = N_("A picture may have at most {megabytes} MB. Send a smaller one.")

    def __init__(self, *, field: str | None = None) -> None:
        self.megabytes = MAX_BYTES // 1024 // 1024
        self.field = field


class PictureTooBig(Invalid):
    """The picture has too many pixels"""

    code: ClassVar[str] = "products.picture_too_big"
    detail: ClassVar[str] = N_(
        "A picture may have at most {megapixels} megapixels and {side} pixels a side. "
        "Send a smaller one."
    )

    def __init__(self, *, field: str | None = None) -> None:
        self.megapixels = MAX_PIXELS // 1_000_000
        self.side = MAX_SIDE
        self.field = field


class PictureUnreadable(Invalid):
    """The file is no picture that can be read"""

    code: ClassVar[str] = "products.picture_unreadable"
    detail: ClassVar[str] = N_(
        "Send a whole JPEG, PNG or WebP picture; a file of another kind under such a name is "
        "not accepted."
    )

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field


class PictureMoves(Invalid):
    """The picture moves"""

    code: ClassVar[str] = "products.picture_moves"
    detail: ClassVar[str] = N_("Animations are not accepted. Send a still picture.")

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field


@dataclass(frozen=True, slots=True)
class Rendition:
    """One size of a picture. `slot` is the width it is asked for by, `width` the one it has."""

    slot: int
    width: int
    height: int
    format: PictureFormat
    content: bytes

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture written anew; the first rendition is the widest of its format and the master.

    `sha256` is the master's, in lower-case hex; `width` and `height` too.
    """

    sha256: str
    width: int
    height: int
    renditions: tuple[Rendition, ...]

    @property
    def master(self) -> Rendition:
        return self.renditions[0]


def check_and_resize(raw: bytes, *, field: str | None = None) -> CheckedPicture:
    """Return a product's picture as WebP of up to four widths, with JPEG of two beside.

    A slot wider than the picture holds the picture at its own width, and wider slots are left
    out. Nothing of the file is kept but its pixels, turned upright.
    """
    picture = decoded(raw, max(WEBP_WIDTHS), field)
    webp = [_rendition(picture, slot, "webp") for slot in slots("webp", picture.width)]
    jpeg = [_rendition(picture, slot, "jpeg") for slot in slots("jpeg", picture.width)]
    return _checked([*reversed(webp), *reversed(jpeg)])


def check_photo(raw: bytes, *, field: str | None = None) -> CheckedPicture:
    """Return a diary photo as one JPEG within 1280 x 1280 pixels, and a WebP of 320."""
    picture = decoded(raw, PHOTO_SIDE, field)
    fitting = _scaled(picture, min(PHOTO_SIDE / picture.width, PHOTO_SIDE / picture.height))
    master = _rendition(fitting, PHOTO_SIDE, "jpeg")
    return _checked([master, _rendition(fitting, PHOTO_PREVIEW, "webp")])


def _checked(found: list[Rendition]) -> CheckedPicture:
    master = found[0]
    digest = hashlib.sha256(master.content).hexdigest()
    return CheckedPicture(digest, master.width, master.height, tuple(found))


def slots(form: PictureFormat, width: int) -> list[int]:
    """Return the slots a product's picture of that width is kept in, the narrowest first."""
    known = WEBP_WIDTHS if form == "webp" else JPEG_WIDTHS
    return [slot for place, slot in enumerate(known) if not place or known[place - 1] < width]


def file_name(sha256: str, slot: int, form: PictureFormat) -> str:
    """Return the name a rendition is stored and served by; `sha256` is its master's."""
    return f"{sha256}-{slot}.{'webp' if form == 'webp' else 'jpg'}"


def decoded(raw: bytes, width: int, field: str | None) -> Image.Image:
    """Return the pixels, upright, opaque and without metadata, at least `width` wide if they were.

    Size is read from the header, before any pixel is.
    """
    if len(raw) > MAX_BYTES:
        raise PictureTooHeavy(field=field)
    try:
        with Image.open(BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as opened:
            _check_header(opened, field)
            # A JPEG can be decoded at a half or a quarter, which is enough for a large photo.
            opened.draft("RGB", (2 * width, 2 * width))
            opened.load()
            return _opaque(_upright(opened))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureTooBig(field=field) from None
    except _BROKEN:
        raise PictureUnreadable(field=field) from None


def _check_header(opened: Image.Image, field: str | None) -> None:
    width, height = opened.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise PictureTooBig(field=field)
    if opened.format not in _ACCEPTED:
        raise PictureUnreadable(field=field)
    if opened.format != "MPO" and getattr(opened, "is_animated", False):
        raise PictureMoves(field=field)


def _upright(opened: Image.Image) -> Image.Image:
    # Broken EXIF is no reason to refuse a good picture: it only stays as it lies.
    try:
        turned = ImageOps.exif_transpose(opened)
    except _BROKEN:
        return opened
    return turned or opened


def _opaque(picture: Image.Image) -> Image.Image:
    """Return the picture as RGB on white, and nothing of what came with it."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        plain = Image.new("RGB", layer.size, "white")
        plain.paste(layer, mask=layer.getchannel("A"))
        return plain
    plain = picture.convert("RGB")
    plain.info = {}
    return plain


def _rendition(picture: Image.Image, slot: int, form: PictureFormat) -> Rendition:
    sized = _scaled(picture, slot / picture.width)
    out = BytesIO()
    if form == "webp":
        sized.save(out, "WEBP", quality=_QUALITY, method=4)
    else:
        sized.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return Rendition(slot, sized.width, sized.height, form, out.getvalue())


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    """Return the picture made smaller, never larger."""
    if scale >= 1:
        return picture
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
