"""The parts that pages of a product have in common, each rendered once while it stays true."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from markupsafe import Markup

from app.kit.web import translator
from app.lookup.public_access import PublicView, around, render
from app.lookup.sheet import Sheet
from app.lookup.shelf import Kept, Rendered


@dataclass(frozen=True, kw_only=True)
class SheetView(PublicView):
    """What pages show of a product and a lot, whichever stamp was scanned."""

    sheet: Sheet


def parts_of(request: Request, kept: Kept, *, name_tag: str = "h2") -> Rendered:
    language, sheet = translator(request).language, kept.sheet

    def one(name: str) -> Callable[[], Markup]:
        def make() -> Markup:
            view = SheetView(**vars(around(request)), sheet=sheet, name_tag=name_tag)
            text = render(request, f"lookup/{name}.html", view, path="")
            return Markup(text)  # noqa: S704 - rendered by our own escaping templates

        return make

    # Lots of a product mostly have the same stars and rights, and so share these parts.
    about = ("about", language, name_tag, sheet.stars, sheet.rights)
    return Rendered(
        kept.subject.part(about, one("about")),
        kept.part(("lot", language), one("lot")),
        kept.part(("diary", language), one("diary")),
        kept.subject.part(("record", language), one("record")),
    )
