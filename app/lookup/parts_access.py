"""The parts that pages of a product have in common, each rendered once while it stays true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request
from markupsafe import Markup

from app.kit.i18n import Translator
from app.kit.web import site, translator
from app.lookup import structured
from app.lookup.diary_queries import MOST_ENTRIES
from app.lookup.public_access import NOTHING, PublicView, around, render
from app.lookup.sheet import Sheet
from app.lookup.shelf import Kept, Rendered
from app.lookup.timeline import EntryPart, Fact


@dataclass(frozen=True, kw_only=True)
class SheetView(PublicView):
    """What pages show of a product and a lot, whichever stamp was scanned."""

    sheet: Sheet
    words: Translator
    ld: Markup = NOTHING
    most_entries: ClassVar[int] = MOST_ENTRIES

    def title(self, entry: EntryPart) -> str:
        return entry.title(self.words)

    def told(self, fact: Fact) -> tuple[str, str]:
        return fact.told(self.words)

    def written_down(self, entry: EntryPart) -> str:
        return entry.written_down(self.words)


def parts_of(request: Request, kept: Kept, *, name_tag: str = "h2") -> Rendered:
    words, sheet = translator(request), kept.sheet
    surroundings, language = around(request), words.language

    def one(name: str, *, ld: bool = False) -> Callable[[], Markup]:
        def make() -> Markup:
            told = NOTHING
            if ld:
                base = site(request).base_url
                told = structured.block(structured.product(sheet, site=base, words=words))
            view = SheetView(
                **vars(surroundings), sheet=sheet, words=words, name_tag=name_tag, ld=told
            )
            text = render(request, f"lookup/{name}.html", view, path="")
            return Markup(text)  # noqa: S704 - rendered by our own escaping templates

        return make

    # Lots of a product mostly have the same stars and rights, and so share these parts.
    of_lot = sheet.lot is not None
    granted = (sheet.stars, sheet.rights, sheet.papers)
    about = ("about", language, surroundings, name_tag, granted, of_lot)
    return Rendered(
        kept.subject.part(about, one("about", ld=True)),
        kept.part(("lot", language, surroundings), one("lot")),
        kept.part(("diary", language, surroundings), one("diary")),
        kept.subject.part(("record", language), one("record")),
    )
