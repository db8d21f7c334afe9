import re
from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from app.stamps.artwork import render_pdf
from app.stamps.codes import Root, encode_many, grouped
from app.stamps.layout import JobSpec, SheetWords
from app.stamps.plan import block_of, last_leader, page_at, page_count
from app.stamps.presets import PRESETS, Preset, frozen, thawed

BASE = "https://truyxuat.ocop.camau.gov.vn"
WORDS = SheetWords("Tờ", "Tem số", "Quét tờ", "Cuộn", "Số lượng", "Quét để kích hoạt cuộn này")
MM = 72 / 25.4
LANES = Preset(
    name="Ba làn",
    columns=3,
    rows=1,
    cell_width=26.5,
    cell_height=21.75,
    symbol=18.0,
    code_at="beside",
    code_lines=4,
    kind="roll",
    margin_left=2.0,
    margin_top=0.0,
    gap_x=3.0,
    gap_y=3.0,
    crop_marks=False,
    per_roll=4,
)


def rolls(columns: int, per_roll: int) -> Preset:
    return thawed(frozen(LANES) | {"columns": columns, "per_roll": per_roll})


@given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 200))
def test_each_stamp_stands_once_and_the_numbers_of_a_lane_follow_one_another(
    columns: int, per_roll: int, count: int
) -> None:
    preset = rolls(columns, per_roll)
    pages = [page_at(preset, count, index) for index in range(page_count(preset, count))]
    assert sorted(stamp for page in pages for stamp in page.stamps) == list(range(count))
    lanes: list[list[int]] = []
    spans: list[tuple[int, int]] = []
    for page in pages:
        if page.spans:
            assert page.roll == len(spans) + 1
            spans += page.spans
            lanes += [[] for _ in page.spans]
            current = lanes[-len(page.spans) :]
        for lane, stamp in enumerate(page.stamps):
            current[lane].append(stamp)
    # A leader names just the stamps of its own lane, in their order.
    assert [(lane[0], lane[-1]) for lane in lanes] == spans
    assert all(lane == list(range(lane[0], lane[-1] + 1)) for lane in lanes)
    assert max(map(len, lanes)) <= per_roll
    assert pages[last_leader(preset, count)].spans[-1] == spans[-1]


@given(st.sampled_from(sorted(PRESETS)), st.integers(1, 300))
def test_sheets_hold_the_stamps_in_their_order(name: str, count: int) -> None:
    preset = PRESETS[name]
    pages = [page_at(preset, count, index) for index in range(page_count(preset, count))]
    assert [stamp for page in pages for stamp in page.stamps] == list(range(count))
    assert all(page.spans == ((page.stamps[0], page.stamps[-1]),) for page in pages)
    assert block_of(preset) == int(name)


def codes(count: int) -> list[str]:
    return list(encode_many(Root(3, bytes(range(32))), bytes(16), first=1, count=count))


def test_a_roll_is_a_leader_and_a_page_for_each_row_with_its_numbers_on_the_liner() -> None:
    made, out = codes(14), BytesIO()
    spec = JobSpec(LANES, BASE, "Đợt 7", "Cua biển", "HTX", first_number=1001, words=WORDS)
    render_pdf(spec, made, out, lambda _: None)
    document = pypdfium2.PdfDocument(out.getvalue())
    sizes = [tuple(round(side / MM, 2) for side in page.get_size()) for page in document]
    label, leader = (89.5, 24.75), (89.5, 49.5)
    assert sizes == [leader, *[label] * 4, leader, label]
    read = [
        {one.text for one in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())}
        for page in document
    ]

    def activation(first: int, last: int) -> str:
        return f"{BASE}/app/activate?first={made[first]}&last={made[last]}"

    assert read[0] == {activation(0, 3), activation(4, 7), activation(8, 11)}
    assert read[1] == {spec.prefix + made[place] for place in (0, 4, 8)}
    assert read[5] == {activation(12, 12), activation(13, 13)}
    text = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    assert "Cuộn 2" in text[0]
    assert "Số lượng 4" in text[0]
    assert "Tem số 1005 \N{EN DASH} 1008" in text[0]
    assert grouped(made[7]) in re.sub(r"\s+", "-", text[0])
    assert WORDS.activate_roll in text[0]
    assert [number in text[2] for number in ("1002", "1006", "1010")] == [True] * 3
    assert "Cuộn 5" in text[5]


@pytest.mark.parametrize("page", [(148.0, 210.0), (420.0, 297.0), (297.0, 420.0)])
def test_a_sheet_may_have_any_size_with_gaps_and_crop_marks(page: tuple[float, float]) -> None:
    width, height = page
    sizes = {"page_width": width, "page_height": height, "gap_x": 2.0, "gap_y": 3.0}
    preset = thawed(frozen(PRESETS["40"]) | sizes | {"columns": 3, "rows": 4})
    made, out = codes(12), BytesIO()
    spec = JobSpec(preset, BASE, "Đợt 7", "Cua biển", "HTX")
    render_pdf(spec, made, out, lambda _: None)
    (sheet,) = pypdfium2.PdfDocument(out.getvalue())
    assert sheet.get_size() == pytest.approx((width * MM, height * MM), abs=0.01)
    drawn = sheet.render(scale=300 / 72).to_pil()
    assert {spec.prefix + code for code in made} < {
        one.text for one in zxingcpp.read_barcodes(drawn)
    }
    # A mark stands in the margin beside the first stamp's upper edge, and none in the gap.
    dots = 300 / 25.4
    y = round(preset.margin_top * dots)
    band = drawn.convert("L").crop((0, y - 2, round(preset.left * dots), y + 3))
    assert (band.getextrema()[0] or 0) < 200
