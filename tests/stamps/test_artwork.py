import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from PIL import Image

from app.stamps.artwork import render_pdf
from app.stamps.codes import Root, encode_many, grouped
from app.stamps.layout import JobSpec, SheetWords, lay_out
from app.stamps.lettering import bold, regular
from app.stamps.listing import write_csv
from app.stamps.pictures import stamp_png, stamp_svg
from app.stamps.presets import LEAST_MODULE, PRESETS, CellTooSmall, Preset
from app.stamps.qr import UnprintableUrlError

BASE = "https://truyxuat.ocop.camau.gov.vn"
LONG_HOST = "truy-xuat-nguon-goc.nong-san.ca-mau.net.vn"
PRODUCT = "Cua biển Năm Căn – đặc sản vùng bãi bồi Mũi Cà Mau hảo hạng"  # noqa: RUF001 - A dash.
ENTITY = "Hợp tác xã Nuôi trồng thuỷ sản Đất Mũi, ấp Rạch Tàu, Cà Mau"
WORDS = SheetWords("Tờ", "Tem số", "Quét để kích hoạt tờ này")
EVERY_LETTER = "ĂÂĐÊÔƠƯáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


def job(preset: str = "40", **changes: str) -> JobSpec:
    facts = {
        "base_url": BASE,
        "batch_label": "Đợt 07/2026",
        "product": PRODUCT,
        "entity": ENTITY,
    } | changes
    return JobSpec(PRESETS[preset], words=WORDS, **facts)  # type: ignore[arg-type]


def codes(count: int) -> Iterator[str]:
    return encode_many(Root(3, bytes(range(32))), bytes(16), first=1, count=count)


def rendered(spec: JobSpec, count: int) -> bytes:
    out = BytesIO()
    render_pdf(spec, codes(count), out, lambda _: None)
    return out.getvalue()


def read_pages(content: bytes) -> list[set[str]]:
    """Return what a reader finds on each page at 300 dpi."""
    pages = pypdfium2.PdfDocument(content)
    return [
        {found.text for found in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())}
        for page in pages
    ]


def text_of(content: bytes, page: int = 0) -> str:
    text: str = pypdfium2.PdfDocument(content)[page].get_textpage().get_text_range()
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_code_of_a_page_is_read_and_so_is_its_sheets_symbol(preset: str) -> None:
    spec = job(preset)
    whole = spec.preset.per_sheet
    assert whole == int(preset)
    made = list(codes(whole + 3))
    pages = read_pages(rendered(spec, whole + 3))
    for page, run in zip(pages, (made[:whole], made[whole:]), strict=True):
        activation = f"{BASE}/app/activate?first={run[0]}&last={run[-1]}"
        assert page == {spec.prefix + code for code in run} | {activation}


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", f"https://{LONG_HOST}"])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_gs1_addresses_and_other_hosts_are_read(preset: str, base: str) -> None:
    spec = job(preset, base_url=base, gtin14="09520001000010")
    (page,) = read_pages(rendered(spec, 9))
    assert {f"{base.upper()}/01/09520001000010/21/{code}" for code in codes(9)} < page


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_sheet_shows_codes_domain_names_and_numbers_as_text(preset: str) -> None:
    spec = job(preset)
    text = text_of(rendered(spec, spec.preset.per_sheet + 3), page=1)
    one_line = text.replace("\n", "-")
    for code in list(codes(spec.preset.per_sheet + 3))[-3:]:
        assert grouped(code) in one_line
    assert text.count("truyxuat.ocop.camau.gov.vn") == 3
    assert text.count("Cua biển Năm Căn") == 4
    start = spec.preset.per_sheet + 1
    dash = "\N{EN DASH}"
    assert f"Tem số {start} {dash} {start + 2}" in text
    assert "Tờ 2" in text
    assert WORDS.activate in text
    assert "Đợt 07/2026" in text


def test_vietnamese_is_extracted_letter_by_letter() -> None:
    spec = job("24", product=EVERY_LETTER[:40], entity=EVERY_LETTER[40:])
    text = text_of(rendered(spec, 1))
    for letter in EVERY_LETTER:
        assert letter in text


def test_names_are_cut_to_fit_and_the_domain_never_is() -> None:
    for preset in PRESETS.values():
        layout = lay_out(JobSpec(preset, f"https://{LONG_HOST}", "1", "Mắm " * 50, "Đ" * 300))
        assert layout.fixed[0].text == LONG_HOST
        for line in layout.fixed:
            assert line.x + regular().width(line.text, line.points) <= preset.cell_width
            assert line.x >= 0.9
            assert line.y > 0
        assert any(line.text.endswith("…") for line in layout.fixed)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_printed_codes_stay_inside_their_stamp(preset: Preset) -> None:
    layout = lay_out(JobSpec(preset, BASE, "1", "Mắm", "Chị Ba"))
    quiet = 4 * layout.symbol_side / layout.shape.size
    for shown in layout.code:
        face, points = bold(), shown.points
        assert points >= 5
        assert max(face.width(shown.text(code), points) for code in codes(3000)) < (
            preset.cell_width - shown.x - 0.5
        )
        below = shown.y + points / 72 * 25.4 * 0.75 <= layout.symbol_y - quiet + 0.01
        assert below or shown.x >= layout.symbol_x + layout.symbol_side + quiet - 0.01


def test_letters_the_font_lacks_and_marks_of_syntax_break_nothing() -> None:
    spec = job("24", product="</script> (50%) \\ 茶 & %s", entity="😀 )) Tj", batch_label="((%d")
    content = rendered(spec, 2)
    assert {spec.prefix + code for code in codes(2)} < read_pages(content)[0]
    assert "</script> (50%) \\ ? & %s" in text_of(content)


def test_the_same_job_gives_the_same_bytes() -> None:
    assert rendered(job("84"), 300) == rendered(job("84"), 300)
    assert rendered(job("84"), 300) != rendered(job("84", batch_label="Đợt 08/2026"), 300)


def test_progress_is_told_after_each_sheet() -> None:
    told: list[int] = []
    render_pdf(job("40"), codes(100), BytesIO(), told.append)
    assert told == [40, 80, 100]


def test_memory_does_not_grow_with_the_batch() -> None:
    class Drain(BytesIO):
        length = 0

        def write(self, content: object) -> int:
            size = len(content)  # type: ignore[arg-type]
            self.length += size
            return size

    def peak(count: int) -> tuple[int, int]:
        out = Drain()
        tracemalloc.start()
        render_pdf(job("84"), codes(count), out, lambda _: None)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most, out.length

    render_pdf(job("84"), codes(1), BytesIO(), lambda _: None)
    small, _ = peak(1_000)
    large, length = peak(15_000)
    assert length > 2_500_000
    assert large - small < 100_000


def test_many_pages_are_all_there() -> None:
    document = pypdfium2.PdfDocument(rendered(job("24"), 24 * 600 + 1))
    assert len(document) == 601
    assert f"Tem số {24 * 600 + 1}" in document[600].get_textpage().get_text_range()


def test_a_cell_too_small_for_the_symbol_is_refused_with_the_figures() -> None:
    tiny = Preset("tiny", 9, 18, 22.0, 14.0, 12.0, "beside", 4)
    out = BytesIO()
    with pytest.raises(CellTooSmall) as refused:
        render_pdf(JobSpec(tiny, BASE, "1", "Mắm", "Chị Ba"), codes(1), out, lambda _: None)
    assert refused.value.needed_mm == pytest.approx((17 + 4 * 3 + 8) * LEAST_MODULE)
    assert refused.value.has_mm == 12
    assert out.getvalue() == b""


def test_an_address_that_cannot_be_printed_is_refused() -> None:
    with pytest.raises(UnprintableUrlError):
        rendered(job(base_url="https://đồng.vn"), 1)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_one_stamp_as_png_is_read(preset: str) -> None:
    (code,) = codes(1)
    content = stamp_png(job(preset), code)
    picture = Image.open(BytesIO(content))
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == job(preset).prefix + code
    dots = round(PRESETS[preset].cell_width / 25.4 * picture.info["dpi"][0])
    assert picture.width == pytest.approx(dots, abs=1)
    assert content == stamp_png(job(preset), code)


def test_one_stamp_as_svg_is_drawn_as_the_symbol_and_escaped() -> None:
    (code,) = codes(1)
    spec = job("24", product="</text><script>")
    root = ET.fromstring(stamp_svg(spec, code))  # noqa: S314 - It is our own output.
    space = {"s": "http://www.w3.org/2000/svg"}
    shown = [text.text for text in root.findall("s:text", space)]
    assert "</text><script>" in shown
    assert grouped(code) in shown
    path = root.find("s:path", space)
    assert path is not None
    layout = lay_out(spec)
    side = layout.shape.size
    symbol = Image.new("L", (side + 8, side + 8), 255)
    for bar in path.attrib["d"].split("z")[:-1]:
        start, _, rest = bar[1:].partition("h")
        x, y = (int(part) for part in start.split())
        for offset in range(int(rest.partition("v")[0])):
            symbol.putpixel((x + offset + 4, y + 4), 0)
    (read,) = zxingcpp.read_barcodes(symbol.resize((side * 5, side * 5), Image.Resampling.NEAREST))
    assert read.text == spec.prefix + code


def test_the_list_has_code_address_and_running_number() -> None:
    out, told = BytesIO(), list[int]()
    spec = job()
    write_csv(spec.prefix, codes(2500), out, told.append, first_number=501)
    rows = out.getvalue().decode().split("\r\n")
    first = next(codes(1))
    assert rows[0] == "code,url,number"
    assert rows[1] == f"{first},HTTPS://TRUYXUAT.OCOP.CAMAU.GOV.VN/T/{first},501"
    assert rows[2500].endswith(",3000")
    assert rows[2501] == ""
    assert told == [1000, 2000, 2500]
