"""A part of a template's body being read: its values, and what is wrong with them."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.diary.template_faults import (
    TemplateChoice,
    TemplateCode,
    TemplateCount,
    TemplateFault,
    TemplateNumber,
    TemplateShape,
    TemplateText,
    TemplateTwice,
)
from app.kit.errors import Invalid
from app.kit.text import clean_text, fold

NAME_CHARS: Final = 60
_NUMBER: Final = 1_000_000_000
_NO_SIGN: Final = re.compile(r"[^a-z0-9]+")
VALUE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")

F = TypeVar("F", bound=TemplateFault)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the body being read, where it is, and the faults found so far."""

    given: Mapping[str, Any]
    faults: list[TemplateFault]
    path: str = ""
    stage: str = ""
    name: str = ""

    def wrong(self, kind: Callable[..., F], key: str, **facts: object) -> None:
        place = {"field": f"{self.path}{key}", "stage": self.stage, "name": self.name}
        self.faults.append(kind(**place, **facts))

    def text(self, key: str, *, needed: bool = False) -> str:
        written = self.given.get(key, "")
        try:
            text = clean_text(written, limit=NAME_CHARS) if isinstance(written, str) else None
        except Invalid:
            text = None
        if text is None or (needed and not text):
            self.wrong(TemplateText, key, limit=NAME_CHARS)
        return text or ""

    def code(self, key: str, pattern: re.Pattern[str], mark: str, *, made_of: str) -> str:
        """Return the code, made from the name where none is given."""
        written = self.given.get(key)
        code = slug(made_of, mark) if written is None or written == "" else written
        if isinstance(code, str) and pattern.fullmatch(code):
            return code
        if code or made_of:
            self.wrong(TemplateCode, key, written=str(code), mark=mark)
        return ""

    def flag(self, key: str, *, default: bool = False) -> bool:
        written = self.given.get(key, default)
        if not isinstance(written, bool):
            self.wrong(TemplateShape, key)
        return written is True

    def whole(self, key: str, bounds: tuple[int, int], default: int | None) -> int | None:
        least, most = bounds
        written = self.given.get(key, default)
        if written is None and default is None:
            return None
        if type(written) is not int or not least <= written <= most:
            self.wrong(TemplateNumber, key, least=least, most=most)
            return default
        return written

    def number(self, key: str) -> int | float | None:
        written = self.given.get(key)
        if written is None:
            return None
        fine = type(written) in {int, float} and math.isfinite(written)
        if not fine or abs(written) > _NUMBER:
            self.wrong(TemplateNumber, key, least=-_NUMBER, most=_NUMBER)
            return None
        return int(written) if float(written).is_integer() else float(written)

    def kind(self, kinds: type[StrEnum]) -> Any:  # noqa: ANN401 - a member of the kinds, or none
        written = str(self.given.get("kind", ""))
        if written not in set(kinds):
            self.wrong(TemplateChoice, "kind", written=written, allowed=", ".join(kinds))
            return None
        return kinds(written)

    def parts(self, key: str, *, least: int, most: int) -> list["Part"]:
        listed = self.given.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
            self.wrong(TemplateShape, key)
            return []
        if not least <= len(listed) <= most:
            self.wrong(TemplateCount, key, count=len(listed), least=least, most=most)
        return [
            replace(self, given=one, path=f"{self.path}{key}.{place}.")
            for place, one in enumerate(listed[:most])
        ]

    def known(self, keys: Sequence[str]) -> None:
        for key in [key for key in self.given if key not in keys][:1]:
            self.wrong(TemplateShape, str(key))

    def once(self, key: str, written: str, seen: set[str]) -> None:
        if written and fold(written) in seen:
            self.wrong(TemplateTwice, key, written=written)
        seen.add(fold(written))


def slug(text: str, mark: str, *, limit: int = 30) -> str:
    """Return a code made of a name: its letters without diacritics, joined by the mark."""
    return _NO_SIGN.sub(mark, fold(text))[:limit].strip(mark)
