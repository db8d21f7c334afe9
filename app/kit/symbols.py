from base64 import b64encode

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage


def qr_image(text: str) -> str:
    """Return a QR symbol of the text as a `data:` address of an SVG picture."""
    symbol: qrcode.QRCode[SvgPathFillImage] = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, border=4, image_factory=SvgPathFillImage
    )
    symbol.add_data(text)
    svg = symbol.make_image().to_string()
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


def in_fours(code: str) -> str:
    """Return a code in groups of four, as it is read out and typed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
