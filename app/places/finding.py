"""Finds the commune of today that a person wrote by its name, or suggests one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import fold

_KINDS: Final = re.compile(
    r"^(?:(xa|x)|(phuong|p)|(dac khu)|(?:thi tran|tt))(?:\.\s*|\s+)(?=\S)|^(p)\.?(?=[0-9])"
)
_PROVINCE_KINDS: Final = re.compile(r"^(?:tinh|thanh pho|tp|t)(?:\.\s*|\s+)")
_KIND_OF: Final = {1: "xa", 2: "phuong", 3: "dac khu"}
_SHOWN: Final = 60
_SUGGESTED: Final = 5
_NEAR: Final = 0.72


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today; its province by code and name."""

    code: str
    kind: str
    name: str
    folded: str
    province_code: str
    province: str

    @property
    def shown(self) -> str:
        return f"{self.kind.lower()} {self.name} ({self.code})"


@dataclass(frozen=True, slots=True)
class Former:
    """A name no longer in use, and the commune of today a part of it belongs to."""

    folded: str
    commune_code: str


class NoSuchCommune(Invalid):
    """There is no such commune today"""

    code: ClassVar[str] = "places.no_such_commune"
    detail: ClassVar[str] = N_(
        "“{written}” is none of {province}. Write its name of today, or its 5-digit code."
    )

    def __init__(self, *, written: str, province: str) -> None:
        self.written = written[:_SHOWN]
        self.province = province


class CommuneMisspelt(Invalid):
    """There is no such commune today"""

    code: ClassVar[str] = "places.commune_misspelt"
    detail: ClassVar[str] = N_("“{written}” may be: {suggested}.")

    def __init__(self, *, written: str, suggested: str) -> None:
        self.written = written[:_SHOWN]
        self.suggested = suggested


class CommuneFormer(Invalid):
    """The commune has another name today"""

    code: ClassVar[str] = "places.commune_former"
    detail: ClassVar[str] = N_("“{written}” belongs today to: {suggested}.")

    def __init__(self, *, written: str, suggested: str) -> None:
        self.written = written[:_SHOWN]
        self.suggested = suggested


class CommuneAmbiguous(Invalid):
    """Several communes have this name"""

    code: ClassVar[str] = "places.commune_ambiguous"
    detail: ClassVar[str] = N_("“{written}” may be: {suggested}. Write the code.")

    def __init__(self, *, written: str, suggested: str) -> None:
        self.written = written[:_SHOWN]
        self.suggested = suggested


class NoSuchProvince(Invalid):
    """There is no such province today"""

    code: ClassVar[str] = "places.no_such_province"
    detail: ClassVar[str] = N_("“{written}” is none of the {count} provinces of today.")

    def __init__(self, *, written: str, count: int) -> None:
        self.written = written[:_SHOWN]
        self.count = count


class Communes:
    """The communes of a day, by their names with or without diacritics.

    `province` is the code of the one meant where none is written.
    """

    def __init__(
        self, communes: Iterable[Commune], former: Iterable[Former], *, province: str
    ) -> None:
        self._home = province
        self._by_code: dict[str, Commune] = {}
        self._named: dict[str, dict[str, list[Commune]]] = defaultdict(lambda: defaultdict(list))
        self._former: dict[str, list[str]] = defaultdict(list)
        self._found: dict[tuple[str, str], str | Invalid] = {}
        names: dict[str, str] = {}
        for one in communes:
            self._by_code[one.code] = one
            self._named[one.province_code][one.folded].append(one)
            names[one.province] = one.province_code
        self._provinces = {fold(name): code for name, code in names.items()}
        for was in former:
            self._former[was.folded].append(was.commune_code)

    def find(self, written: str, province: str = "") -> str:
        """Return the code of a commune by its name or code.

        The name may begin with its kind and go on with its province: "xã Đất Mũi, tỉnh Cà Mau".
        Raises one of this module's errors, with suggestions where there are any.
        """
        asked = (written, province)
        if asked not in self._found:
            try:
                self._found[asked] = self._find(written, province)
            except Invalid as error:
                self._found[asked] = error
        found = self._found[asked]
        if isinstance(found, Invalid):
            raise found
        return found

    def spoken(self, code: str | None) -> str:
        """Return a commune as people read it: xã Đất Mũi (32248)."""
        one = self._by_code.get(code or "")
        return one.shown if one else code or ""

    def _find(self, written: str, province: str) -> str:
        if written.strip() in self._by_code:
            return written.strip()
        parts = [part.strip() for part in written.replace(".", ". ").split(",") if part.strip()]
        parts = parts or [written]
        kind, name = _split_kind(fold(parts[0]))
        at = self._province(province) if province else self._province_among(parts[1:])
        found = self._named[at or self._home].get(name, [])
        if len(found) > 1:
            found = _narrowed(found, kind, parts[0])
        if len(found) == 1 and _spelt(parts[0], found[0].name):
            return found[0].code
        if len(found) > 1:
            raise CommuneAmbiguous(written=written, suggested=_listed(found))
        raise self._unknown(written, name, at)

    def _unknown(self, written: str, name: str, at: str | None) -> Invalid:
        today = [self._by_code[code] for code in self._former[name] if code in self._by_code]
        if today:
            return CommuneFormer(written=written, suggested=_listed(today))
        province = at or self._home
        near = get_close_matches(name, list(self._named[province]), n=_SUGGESTED, cutoff=_NEAR)
        if name in near:
            near = [name]
        meant = [one for key in near for one in self._named[province][key]]
        if not at:
            meant += [one for names in self._named.values() for one in names.get(name, [])]
        if meant:
            return CommuneMisspelt(written=written, suggested=_listed(meant, province))
        return NoSuchCommune(written=written, province=self._province_name(province))

    def _province(self, written: str) -> str:
        code = self._provinces.get(_PROVINCE_KINDS.sub("", fold(written)))
        if code is None:
            raise NoSuchProvince(written=written, count=len(self._provinces))
        return code

    def _province_among(self, parts: Sequence[str]) -> str | None:
        for part in reversed(parts):
            code = self._provinces.get(_PROVINCE_KINDS.sub("", fold(part)))
            if code is not None:
                return code
        return None

    def _province_name(self, code: str) -> str:
        known = (one.province for one in self._by_code.values() if one.province_code == code)
        return next(known, code)


def bare_name(written: str) -> str:
    """Return a commune's name as it is compared: folded, without what kind of unit it is."""
    return _split_kind(fold(written.replace(".", ". ")))[1]


def _split_kind(folded: str) -> tuple[str, str]:
    match = _KINDS.match(folded)
    if match is None:
        return "", folded
    index = match.lastindex or 0
    return _KIND_OF.get(2 if index == 4 else index, ""), folded[match.end() :].strip()  # noqa: PLR2004 - the group of "P1"


def _narrowed(found: list[Commune], kind: str, written: str) -> list[Commune]:
    """Return those of communes of one folded name that match in kind, or in each letter."""
    same_kind = [one for one in found if kind and fold(one.kind) == kind] or found
    if len(same_kind) > 1:
        return [one for one in same_kind if _letters(one.name) == _tail(written, one.name)] or found
    return same_kind


def _spelt(written: str, name: str) -> bool:
    """Tell whether a name is written without any diacritics, or with the right ones.

    Where on a syllable a tone mark stands does not matter: Hoà is Hòa, but Tân An is not Tân Ân.
    """
    tail = " ".join(written.split()[-len(name.split()) :])
    return tail.isascii() or _tail(written, name) == _letters(name)


def _tail(written: str, name: str) -> list[list[str]]:
    return _letters(written)[-len(name.split()) :]


def _letters(text: str) -> list[list[str]]:
    return [sorted(unicodedata.normalize("NFD", word)) for word in text.casefold().split()]


def _listed(found: Sequence[Commune], home: str = "") -> str:
    return ", ".join(
        one.shown if one.province_code == home or not home else f"{one.shown}, {one.province}"
        for one in list(dict.fromkeys(found))[:_SUGGESTED]
    )
