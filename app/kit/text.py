import re
import unicodedata
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_

LINE_CHARS: Final = 200
NOTE_CHARS: Final = 2000
# What surely fits the 64 bits of an id.
_ID_DIGITS: Final = 18

# Format and control characters, surrogates and private use: they can reorder what is read,
# hide text from the eye or from a search, or show a different picture on every phone.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters by category, and yet nothing is seen of them.
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

# The marks of Latin letters, taken off five times as fast as by looking at each letter.
_MARKS: Final = re.compile("[\u0300-\u036f]+")


class TextNotPlain(Invalid):
    """The text holds characters that can't be seen"""

    code: ClassVar[str] = "text.not_plain"
    detail: ClassVar[str] = N_(
        "Character {position} ({character}) is invisible or changes the reading direction. "
        "Delete it, or type the text again."
    )

    def __init__(self, *, position: int, character: str, field: str | None = None) -> None:
        self.position = position
        self.character = f"U+{ord(character):04X}"
        self.field = field


class TextTooLong(Invalid):
    """The text is too long"""

    code: ClassVar[str] = "text.too_long"
    detail: ClassVar[str] = N_("It has {length} characters; at most {limit} fit. Shorten it.")

    def __init__(self, *, length: int, limit: int, field: str | None = None) -> None:
        self.length = length
        self.limit = limit
        self.field = field


def clean_text(text: str, *, limit: int = LINE_CHARS, field: str | None = None) -> str:
    """Return one line of text in NFC without outer or doubled blanks.

    Raises TextNotPlain for control, bidi, zero-width and blank-looking characters; markup is
    left as it is, because it is escaped where it is shown.
    """
    return _checked(" ".join(_plain(text, limit, field, breaks="\t").split()), limit, field)


def clean_note(text: str, *, limit: int = NOTE_CHARS, field: str | None = None) -> str:
    """Return text of several lines, each cleaned, without outer empty lines."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _plain(unified, limit, field, breaks="\n\t").split("\n")
    return _checked("\n".join(" ".join(line.split()) for line in lines).strip("\n"), limit, field)


def fold(text: str) -> str:
    """Return text as it is searched: lower case, without diacritics, đ as d, blanks joined.

    Both spellings of a tone mark (huỷ, hủy) fold to the same letters. At most 200 characters,
    as many as are kept: some signs unfold to eighteen letters.
    """
    # Compatibility forms (full width, letter-like signs) only show their case once taken apart.
    apart = unicodedata.normalize("NFKD", text).replace("đ", "d").replace("Đ", "d")
    lowered = unicodedata.normalize("NFKD", apart.casefold())
    letters = _MARKS.sub("", lowered)
    if not letters.isascii():
        letters = "".join(one for one in letters if unicodedata.category(one) != "Mn")
    return " ".join(letters.split())[:LINE_CHARS]


def id_in(text: str) -> int:
    """Return the id that a text names in plain figures, 0 where it names none."""
    fits = text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS
    return int(text) if fits else 0


def _plain(text: str, limit: int, field: str | None, *, breaks: str) -> str:
    # Ten times the limit leaves room for blanks and decomposed marks, and bounds the work.
    if len(text) > limit * 10:
        raise TextTooLong(length=len(text), limit=limit, field=field)
    # Most texts hold nothing of the kind, which is told at once: a long import is all texts.
    if not (text.isprintable() and _BLANK_LETTERS.isdisjoint(text)):
        _refuse_unseen(text, field, breaks)
    return unicodedata.normalize("NFC", text)


def _refuse_unseen(text: str, field: str | None, breaks: str) -> None:
    for position, character in enumerate(text, start=1):
        if character not in breaks and _refused(character):
            raise TextNotPlain(position=position, character=character, field=field)


def _refused(character: str) -> bool:
    point = ord(character)
    return (
        unicodedata.category(character) in _REFUSED_CATEGORIES
        or character in _BLANK_LETTERS
        or point & 0xFFFE == 0xFFFE  # noqa: PLR2004 - the last two of each plane are no characters
        or 0xFDD0 <= point <= 0xFDEF  # noqa: PLR2004 - nor are these, by the Unicode standard
    )


def _checked(text: str, limit: int, field: str | None) -> str:
    if len(text) > limit:
        raise TextTooLong(length=len(text), limit=limit, field=field)
    return text
