"""The public page of a product, as it is rendered."""

from dataclasses import dataclass

from fastapi import Request

from app.kit.web import translator
from app.lookup.lot_queries import StandingPart
from app.lookup.parts_access import SheetView, parts_of
from app.lookup.public_access import around, render
from app.lookup.shelf import Kept, Rendered


@dataclass(frozen=True, kw_only=True)
class ProductView(SheetView):
    """The public page of a product; `against` is what stands against it and its lots."""

    parts: Rendered
    against: list[StandingPart]


def product_body(request: Request, kept: Kept, against: list[StandingPart]) -> str:
    view = ProductView(
        **vars(around(request)),
        indexed=True,
        sheet=kept.sheet,
        words=translator(request),
        parts=parts_of(request, kept, name_tag="h1"),
        against=against,
    )
    return render(request, "lookup/product.html", view, path=f"/p/{kept.sheet.product.id}")
