import datetime as dt
import gettext
import re
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from app.kit.clock import VIETNAM

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")

# Months are numbers in both languages: dd/mm/yyyy is what people here write and read.
_DATE = "dd/MM/yyyy"
# More of a header than any reader sends is not read.
_CHARS = 500
_WEIGHTED = re.compile(r"\s*([a-zA-Z]{1,8}|\*)(?:-[a-zA-Z0-9-]+)?\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*$")


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for marking a message
    """Mark a message for the catalogues and return it as it is."""
    return text


class Translator:
    """Messages, dates and figures in one language."""

    def __init__(self, language: Language, catalog: Catalog | None = None) -> None:
        self.language: Language = language
        self.locale = Locale.parse(language)
        self._group = self.locale.number_symbols["latn"]["group"]
        self.messages: gettext.NullTranslations = gettext.NullTranslations()
        if catalog is not None:
            compiled = BytesIO()
            write_mo(compiled, catalog)
            compiled.seek(0)
            self.messages = gettext.GNUTranslations(compiled)

    def gettext(self, text: str) -> str:
        return self.messages.gettext(text) if text else ""

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.messages.ngettext(one, many, count)

    def number(self, value: float) -> str:
        # Babel takes 9 us a number, this 0.6, and the scan page shows two.
        if isinstance(value, int):
            return f"{value:,}".replace(",", self._group)
        return format_decimal(value, locale=self.locale)

    def date(self, value: dt.date) -> str:
        """Return dd/mm/yyyy; an instant is dated in Vietnam's time zone."""
        if isinstance(value, dt.datetime):
            value = value.astimezone(VIETNAM).date()
        return _written(value)

    def datetime(self, value: dt.datetime) -> str:
        return format_datetime(value, f"HH:mm {_DATE}", tzinfo=VIETNAM, locale=self.locale)

    def ago(self, value: dt.datetime, now: dt.datetime) -> str:
        return format_timedelta(value - now, add_direction=True, locale=self.locale)


# Instants are many, their days few.
@lru_cache(maxsize=1024)
def _written(day: dt.date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def translators(folders: Iterable[Path]) -> dict[Language, Translator]:
    """Return a translator per language from the `locale/<language>*.po` files of the folders.

    English is the language of the msgids, so it needs no file.
    """
    known = list(folders)
    return {
        language: Translator(language, _merged(language, known) if language != "en" else None)
        for language in LANGUAGES
    }


def _merged(language: Language, folders: list[Path]) -> Catalog:
    merged = Catalog(locale=language, charset="utf-8")
    merged.header_comment = ""
    for path in (
        path for folder in folders for path in sorted(folder.glob(f"locale/{language}*.po"))
    ):
        with path.open("rb") as source:
            for message in read_po(source, locale=language, abort_invalid=True):
                if message.id:
                    merged.add(message.id, message.string, context=message.context)
    merged.revision_date = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return merged


def choose_language(asked: str | None, accept: str | None) -> Language:
    """Choose from `?lang=`, then Accept-Language by its weights, then Vietnamese."""
    if asked in LANGUAGES:
        return asked
    # What is remembered of a header must not be as long as anybody likes.
    return _preferred((accept or "")[:_CHARS])


@lru_cache(maxsize=256)
def _preferred(accept: str) -> Language:
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept.split(",")):
        if match := _WEIGHTED.match(part):
            weighted.append((-_weight(match[2]), position, match[1].lower()))
    for weight, _, name in sorted(weighted):
        if weight and name in LANGUAGES:
            return name
    return "vi"


def _weight(text: str | None) -> float:
    try:
        return min(1.0, float(text)) if text else 1.0
    except ValueError:
        return 0.0
