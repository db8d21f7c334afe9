import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from app.kit.errors import title_of
from app.kit.i18n import translators
from tests.errors import every_error

APP = Path(__file__).parents[2] / "app"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
HOLES = re.compile(r"\{\w*\}|%\(\w+\)s")
# What interface.md keeps off every surface: claims no stamp can keep, a second spelling, and
# the bare word that leaves open whether a product, a certificate or a right is meant.
WORDS = re.compile(r"hàng thật|chính hãng|đảm bảo|huỷ", re.IGNORECASE)
NAMED = "(lô )?(sản phẩm|lô sản phẩm|giấy chứng nhận|quyền sử dụng)"
RECALLED = re.compile(rf"{NAMED}( này)?( đang| đã)?( bị)? thu hồi|thu hồi {NAMED}", re.IGNORECASE)


def banned(text: str) -> bool:
    return bool(WORDS.search(text) or "thu hồi" in RECALLED.sub("", text).lower())


def messages(part: Path) -> set[str]:
    """Return the msgids of a slice, or of a module: marked ones, and its errors' own words."""
    module = ".".join(part.relative_to(APP.parent).with_suffix("").parts)
    errors = [kind for kind in every_error() if f"{kind.__module__}.".startswith(f"{module}.")]
    found = {title_of(kind) for kind in errors} | {kind.detail for kind in errors}
    for path in [part] if part.is_file() else sorted(part.rglob("*.py")):
        found |= set(extracted("python", path))
    for path in sorted(part.glob("templates/**/*.html")):
        found |= set(extracted("jinja2", path))
    return found - {""}


def extracted(method: str, path: Path) -> Iterator[str]:
    for _line, message, _comments, _context in extract_from_file(method, path, KEYWORDS):
        yield message if isinstance(message, str) else message[0]


def slices() -> list[Path]:
    return [path.parent for path in sorted(APP.glob("*/__init__.py"))]


@cache
def catalogs(folder: Path) -> list[Catalog]:
    read = [path.read_bytes() for path in sorted(folder.glob("locale/vi*.po"))]
    return [read_po(BytesIO(one), locale="vi", abort_invalid=True) for one in read]


@cache
def translated() -> list[tuple[str, Message]]:
    return [(folder.name, m) for folder in slices() for c in catalogs(folder) for m in c if m.id]


def one(text: str | list[str] | tuple[str, ...] | None) -> str:
    return text if isinstance(text, str) else (text or [""])[0]


PARTS = [*slices(), *sorted(APP.glob("*.py"))]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_every_message_has_its_vietnamese(part: Path) -> None:
    known = {one(m.id) for _, m in translated() if one(m.string) and not m.fuzzy}
    missing = sorted(messages(part) - known)
    assert not missing, f"{part.stem}: no Vietnamese for\n" + "\n".join(missing)


def test_a_translation_fills_the_same_holes() -> None:
    wrong = [
        f"{name}: {one(m.id)!r} -> {one(m.string)!r}"
        for name, m in translated()
        if set(HOLES.findall(one(m.id))) != set(HOLES.findall(one(m.string)))
    ]
    assert not wrong, "\n".join(wrong)


def test_a_message_is_translated_alike_in_every_slice() -> None:
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name, m in translated():
        said[one(m.id)].add((one(m.string), name))
    differ = [f"{text!r}: {by}" for text, by in said.items() if len({text for text, _ in by}) > 1]
    assert not differ, "\n".join(differ)


def test_no_translation_is_fuzzy_or_obsolete() -> None:
    assert [m.id for _, m in translated() if m.fuzzy] == []
    assert [
        message for folder in slices() for c in catalogs(folder) for message in c.obsolete
    ] == []


def test_the_words_the_interface_never_uses_are_not_used() -> None:
    said = [f"{name}: {one(m.string)}" for name, m in translated() if banned(one(m.string))]
    assert not said, "\n".join(said)


def test_the_check_for_words_knows_the_bare_word_from_the_whole() -> None:
    assert banned("Lô này đã bị thu hồi")
    assert not banned("Thu hồi giấy chứng nhận")
    assert not banned("Sản phẩm đang bị thu hồi")
    assert banned("Thu hồi sản phẩm, rồi thu hồi nữa")
    assert banned("Huỷ 120 tem")
    assert not banned("Hủy 120 tem")


def test_vietnamese_is_what_a_reader_without_a_wish_gets() -> None:
    spoken = translators(slices())
    assert spoken["vi"].gettext("Sign in") == "Đăng nhập"
    assert spoken["en"].gettext("Sign in") == "Sign in"
