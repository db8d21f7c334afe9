"""The qrcode library with everything fixed: chunks of text in, modules of one symbol out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import QRData, lost_point

from app.stamps.codes import LENGTH

Level = Literal["M", "Q"]
Mask = Literal[0, 1, 2, 3, 4, 5, 6, 7]

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
QUIET_MODULES: Final = 4

_LEVELS: Final[dict[Level, Literal[0, 3]]] = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
# The standard's mode indicators; the library's own names are typed as int, which it refuses.
_ALPHANUMERIC_MODE: Final = 2
_BYTE_MODE: Final = 4
_MASKS: Final[tuple[Mask, ...]] = (0, 1, 2, 3, 4, 5, 6, 7)
_SAMPLES: Final = ("3QJARMR24WVJ91K4F4DM", "37TVF5QVYCJ9VMG2X88Q", "3RE1HKDP1XSZ9NZ5C80J")


class UnprintableUrlError(ValueError):
    """The address has a character that a stamp's symbol can't carry, or is too long for one."""


@dataclass(frozen=True)
class Chunk:
    """A run of text in one mode: alphanumeric if a code follows it in the hole, else bytes."""

    text: str
    hole: bool


@dataclass(frozen=True)
class Shape:
    """What all symbols of a template have in common."""

    chunks: tuple[Chunk, ...]
    level: Level
    version: int
    mask: Mask

    @property
    def size(self) -> int:
        """Modules on a side, without the quiet zone."""
        return 17 + 4 * self.version

    @property
    def stride(self) -> int:
        """Bytes of one packed row."""
        return (self.size + 7) // 8


def filled(chunks: Sequence[Chunk], codes: Sequence[str]) -> list[str]:
    """Return the texts of the chunks with a code in each hole."""
    remaining = iter(codes)
    return [chunk.text + (next(remaining) if chunk.hole else "") for chunk in chunks]


@lru_cache(maxsize=64)
def shape_of(chunks: tuple[Chunk, ...], level: Level) -> Shape:
    """Return the least version that holds the text and the mask of least penalty on samples."""
    version = _least_version(chunks, level)
    holes = sum(chunk.hole for chunk in chunks)
    penalties = dict.fromkeys(_MASKS, 0)
    for sample in _SAMPLES:
        for mask in _MASKS:
            texts = filled(chunks, [sample] * holes)
            penalties[mask] += lost_point(modules_of(Shape(chunks, level, version, mask), texts))
    return Shape(chunks, level, version, min(_MASKS, key=penalties.__getitem__))


def modules_of(shape: Shape, texts: Sequence[str]) -> list[list[bool | None]]:
    """Return the library's own modules, row by row, with True for dark."""
    code = QRCode(shape.version, _LEVELS[shape.level], mask_pattern=shape.mask)
    for run in _runs(shape.chunks, texts):
        code.add_data(run)
    code.make(fit=False)
    return code.modules


def packed_modules(shape: Shape, texts: Sequence[str]) -> int:
    """Return the modules as one number: rows from the top, each padded to whole bytes."""
    padding = "0" * (shape.stride * 8 - shape.size)
    rows = modules_of(shape, texts)
    return int("".join("".join("1" if dark else "0" for dark in row) + padding for row in rows), 2)


def _least_version(chunks: tuple[Chunk, ...], level: Level) -> int:
    texts = filled(chunks, ["0" * LENGTH] * len(chunks))
    code = QRCode(None, _LEVELS[level])
    for run in _runs(chunks, texts):
        code.add_data(run)
    try:
        return code.best_fit()
    except (DataOverflowError, ValueError) as error:
        raise UnprintableUrlError("".join(texts)) from error


def _runs(chunks: Sequence[Chunk], texts: Sequence[str]) -> Iterator[QRData]:
    # A text of digits alone would pack tighter in numeric mode, but all symbols share one mode.
    for chunk, text in zip(chunks, texts, strict=True):
        if chunk.hole:
            yield QRData(text.encode(), _ALPHANUMERIC_MODE, check_data=False)
        else:
            yield QRData(text.encode(), _BYTE_MODE, check_data=False)
