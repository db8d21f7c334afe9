from dataclasses import replace

import pytest
import qrcode
import zxingcpp
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import lost_point

from app.stamps.codes import Root, encode_many
from app.stamps.qr import Level, Mask, UnprintableUrlError, filled, modules_of
from app.stamps.symbols import (
    SymbolMismatchError,
    Template,
    check_symbols,
    gs1_prefix,
    short_prefix,
    url_shape,
)

MASKS: tuple[Mask, ...] = (0, 1, 2, 3, 4, 5, 6, 7)
GTIN = "09520001000010"
CODES = [
    *encode_many(Root(3, bytes(range(32))), bytes(16), first=1, count=20),
    *encode_many(Root(30, bytes(32)), bytes(16), first=2**35 - 5, count=5),
    "0" * 20,
    "Z" * 20,
    "01234567890123456789",
]
BASES = [
    "https://ocop.vn",
    "https://truyxuat.camau.gov.vn",
    "https://truy-xuat-nguon-goc.nong-san.camau.gov.vn",
    "http://127.0.0.1:8000",
    "https://ocop.camau.gov.vn:8443/",
]


def library_rows(text: str, template: Template) -> list[list[bool | None]]:
    """Make a symbol as the library does by itself, given only version, level and mask."""
    shape = template.shape
    level = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}[shape.level]
    code = qrcode.QRCode(shape.version, level, mask_pattern=shape.mask)
    code.add_data(text, optimize=0)
    code.make(fit=False)
    return code.modules


def picture(template: Template, *codes: str) -> Image.Image:
    side = template.size + 8
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(template.rows(*codes), start=4):
        for x, dark in enumerate(row, start=4):
            image.putpixel((x, y), 0 if dark else 255)
    return image.resize((side * 4, side * 4), Image.Resampling.NEAREST)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("form", ["short", "gs1"])
@pytest.mark.parametrize("level", ["M", "Q"])
def test_each_symbol_is_the_librarys_own_and_is_read(base: str, form: str, level: Level) -> None:
    prefix = short_prefix(base) if form == "short" else gs1_prefix(base, GTIN)
    template = Template.for_url(prefix, level)
    for code in CODES:
        assert template.rows(code) == library_rows(prefix + code, template)
    for code in CODES[:5]:
        (read,) = zxingcpp.read_barcodes(picture(template, code))
        assert read.text == prefix + code == template.text(code)


@pytest.mark.parametrize(
    ("length", "level", "version"), [(38, "M", 2), (61, "M", 3), (67, "Q", 4), (90, "M", 4)]
)
def test_the_version_is_the_least_that_holds_the_address(
    length: int, level: Level, version: int
) -> None:
    assert url_shape("H" * (length - 20), level).version == version
    assert url_shape("H" * (length - 19), level).version == version + 1


def test_packed_rows_are_padded_to_whole_bytes() -> None:
    template = Template.for_url("HTTPS://OCOP.VN/T/", "M")
    symbol = template.symbol(CODES[0])
    assert template.stride == 4
    assert len(symbol) == template.size * template.stride
    assert all(symbol[row * 4 + 3] & 0x7F == 0 for row in range(template.size))


def test_addresses_are_upper_case_and_keep_scheme_and_port() -> None:
    assert short_prefix("http://127.0.0.1:8000") == "HTTP://127.0.0.1:8000/T/"
    assert gs1_prefix("https://ocop.vn/", GTIN) == f"HTTPS://OCOP.VN/01/{GTIN}/21/"


@pytest.mark.parametrize("prefix", ["https://ocop.vn/t/", "HTTPS://ĐÔ.VN/T/", "H" * 5000])
def test_an_address_no_symbol_can_carry_is_refused(prefix: str) -> None:
    with pytest.raises(UnprintableUrlError):
        Template.for_url(prefix, "M")


def test_a_sheets_symbol_opens_its_activation_in_ordinary_case() -> None:
    template = Template.for_span("https://ocop.camau.gov.vn")
    check_symbols(template, zip(CODES, reversed(CODES), strict=True))
    (read,) = zxingcpp.read_barcodes(picture(template, CODES[0], CODES[1]))
    assert read.text == (f"https://ocop.camau.gov.vn/app/activate?first={CODES[0]}&last={CODES[1]}")


def test_a_symbol_that_differs_from_the_librarys_is_noticed() -> None:
    template = Template(url_shape("HTTPS://OCOP.VN/T/", "M"))
    check_symbols(template, [(code,) for code in CODES])
    template.shape = replace(template.shape, mask=0 if template.shape.mask else 1)
    with pytest.raises(SymbolMismatchError, match=CODES[0]):
        check_symbols(template, [(CODES[0],)])


@pytest.mark.parametrize("code", ["", "3QJARMR24WVJ91K4F4D", "3QJARMR24WVJ91K4F4DMM"])
def test_only_whole_codes_have_a_symbol(code: str) -> None:
    with pytest.raises(ValueError, match="20 characters"):
        Template.for_url("HTTPS://OCOP.VN/T/", "M").bits(code)


def test_the_mask_is_about_as_good_as_any_for_other_codes() -> None:
    chosen = url_shape("HTTPS://OCOP.VN/T/", "M")
    penalties = dict.fromkeys(MASKS, 0)
    for code in CODES[:12]:
        for mask in MASKS:
            shape = replace(chosen, mask=mask)
            penalties[mask] += lost_point(modules_of(shape, filled(shape.chunks, [code])))
    assert penalties[chosen.mask] <= 1.1 * min(penalties.values())
