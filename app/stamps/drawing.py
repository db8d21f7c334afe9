"""Words of a PDF's page: places in mm, symbols as masks, what is drawn on many pages."""

import zlib

from app.stamps.lettering import POINTS_PER_MM
from app.stamps.pdf import PdfWriter
from app.stamps.qr import QUIET_MODULES
from app.stamps.symbols import Template


def at(x: float, y: float) -> str:
    """Return a place in mm as PDF points."""
    return f"{x * POINTS_PER_MM:.3f} {y * POINTS_PER_MM:.3f}"


def box(width: float, height: float) -> str:
    return f"0 0 {at(width, height)}"


def image(template: Template, x: float, y: float, side: float) -> str:
    """Return a symbol as an inline mask of one bit a module, crisp at any resolution.

    Written in hexadecimal, for some printers' software looks for the end mark in raw bytes;
    compressed it takes no more room. It leaves the coordinates scaled, so a Q must follow.
    """
    points = side * POINTS_PER_MM
    digits = 2 * template.stride * template.size
    return (
        f"{points:.3f} 0 0 {points:.3f} {at(x, y)} cm BI/W {template.size}/H {template.size}"
        f"/BPC 1/IM true/D[1 0]/F/AHx ID %0{digits}x> EI "
    )


def image_within(template: Template, x: float, y: float, square: float) -> str:
    """Return a symbol in a square that holds its quiet zone too."""
    module = square / (template.size + 2 * QUIET_MODULES)
    quiet = QUIET_MODULES * module
    return image(template, x + quiet, y + quiet, template.size * module)


def form(pdf: PdfWriter, content: str, width: float, height: float, resources: str) -> int:
    """Write what many pages draw and return its number."""
    return pdf.stream(
        zlib.compress(content.encode("ascii")),
        f"/Type/XObject/Subtype/Form/BBox[{box(width, height)}]"
        f"/Resources<<{resources}>>/Filter/FlateDecode",
    )
