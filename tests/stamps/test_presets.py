from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.stamps.codes import parse
from app.stamps.models import Export
from app.stamps.preset_checks import PresetTooSmall, check_preset, fits_of
from app.stamps.presets import PRESETS
from app.stamps.preview import SAMPLE_CODE
from app.stamps.print_actions import Press, make_export, stored_name
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Issue, asked, found

pytestmark = pytest.mark.on("sqlite")

API = "/api/v1/presets"
SHEET: dict[str, Any] = {
    "name": "Giấy decal A5",
    "page_width": 148,
    "page_height": 210,
    "columns": 3,
    "rows": 4,
    "cell_width": 40,
    "cell_height": 35,
    "symbol": 24,
    "margin_top": 8,
    "crop_marks": True,
}
ROLL: dict[str, Any] = {
    "name": "Cuộn 2 làn",
    "kind": "roll",
    "columns": 2,
    "cell_width": 35,
    "cell_height": 30,
    "symbol": 20,
    "gap_x": 3,
    "gap_y": 3,
    "per_roll": 20,
}
LONG = "https://" + "a" * 40 + ".test"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("host", ["ocop.vn", "truyxuat.ocop.camau.gov.vn", "127.0.0.1:8000"])
def test_the_built_in_presets_hold_both_forms_of_usual_addresses(preset: Any, host: str) -> None:  # noqa: ANN401 - a parameter
    base_url = f"https://{host}"
    check_preset(preset, base_url)
    assert all(fit.fits and fit.module >= 0.396 for fit in fits_of(preset, base_url))


def test_a_verdict_tells_in_mm_what_each_form_needs() -> None:
    small = replace(PRESETS["84"], symbol=15.0)
    short, gs1 = fits_of(small, "https://ocop.camau.gov.vn")
    assert (short.version, short.level, short.fits) == (3, "M", True)
    assert short.module == pytest.approx(15 / 37)
    assert (gs1.version, gs1.level, gs1.fits) == (4, "M", False)
    assert gs1.needed - gs1.has == pytest.approx(41 * 0.396 - 15)


@pytest.mark.parametrize(
    ("base", "change", "code", "field"),
    [
        (SHEET, {"columns": 4}, "stamps.page_too_narrow", "columns"),
        (SHEET, {"gap_x": 15}, "stamps.page_too_narrow", "columns"),
        (SHEET, {"rows": 6}, "stamps.page_too_short", "rows"),
        (SHEET, {"margin_left": 1}, "stamps.margin_too_small", "margin_left"),
        (SHEET, {"margin_top": 3}, "stamps.margin_too_small", "margin_top"),
        (SHEET, {"page_width": 300, "page_height": 300}, "stamps.page_too_large", "page_width"),
        (SHEET, {"cell_height": 25}, "stamps.stamp_too_low", "cell_height"),
        (SHEET, {"code_at": "beside", "cell_width": 30}, "stamps.stamp_too_narrow", "cell_width"),
        (SHEET, {"symbol": 14.9}, "fields_invalid", "symbol"),
        (SHEET, {"symbol": 40.1}, "fields_invalid", "symbol"),
        (SHEET, {"cell_width": "nan"}, "fields_invalid", "cell_width"),
        (SHEET, {"kind": "disc"}, "fields_invalid", "kind"),
        (ROLL, {"gap_y": 1}, "stamps.liner_too_tight", "gap_y"),
        (ROLL, {"per_roll": 9}, "stamps.roll_too_short", "per_roll"),
        (ROLL, {"per_roll": 10_001}, "fields_invalid", "per_roll"),
    ],
)
def test_a_preset_that_does_not_fit_is_refused_beside_its_field(
    visit: Visit, cast: Cast, base: dict[str, Any], change: dict[str, Any], code: str, field: str
) -> None:
    client = visit(api=cast.officer)
    refused = client.post(API, json=base | change)
    assert refused.status_code == 422
    assert refused.json()["code"] == code
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert client.get(API).json() == []


def test_a_preset_that_cannot_hold_its_symbol_is_refused_with_the_figures() -> None:
    with pytest.raises(PresetTooSmall) as refused:
        check_preset(replace(PRESETS["84"], symbol=15.0), LONG)
    error = refused.value
    assert (error.needed, error.has, error.field) == (16.2, 15.0, "symbol")


def test_a_file_keeps_its_preset_whatever_becomes_of_it(
    visit: Visit, cast: Cast, issue: Issue, press: Press
) -> None:
    client, batch_id = visit(api=cast.officer), issue(45)
    preset = client.post(API, json=ROLL).json()
    export_id = asked(press, cast, batch_id, format="pdf", preset=preset["key"])
    export = make_export(press, export_id)
    assert export.facts["preset_name"] == ROLL["name"]
    assert export.proof is not None
    assert export.proof["of"] == 25
    path = press.files.path(stored_name(export))
    content = path.read_bytes()
    changed = client.patch(f"{API}/{preset['id']}", json=ROLL | {"version": 1, "symbol": 22})
    assert changed.json()["version"] == 2
    path.unlink()
    make_export(press, export_id)
    assert path.read_bytes() == content
    # The changed preset makes another file; the retired one makes none, and takes none away.
    other = asked(press, cast, batch_id, format="pdf", preset=preset["key"])
    assert other != export_id
    assert found(press.database, other).preset == f"{preset['key']}-2"
    assert client.post(f"{API}/{preset['id']}/retire").json()["retired"] is True
    query = f"format=pdf&reason=x&preset={preset['key']}"
    refused = client.get(f"/api/v1/batches/{batch_id}/export?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, "stamps.no_such_preset")
    path.unlink()
    make_export(press, export_id)
    assert path.read_bytes() == content


def test_two_officers_do_not_overwrite_each_other(visit: Visit, cast: Cast, press: Press) -> None:
    client = visit(api=cast.officer)
    preset = client.post(API, json=SHEET).json()
    assert client.post(API, json=SHEET).json()["code"] == "stamps.preset_name_taken"
    path = f"{API}/{preset['id']}"
    assert client.patch(path, json=SHEET | {"version": 1, "gap_x": 1}).status_code == 200
    late = client.patch(path, json=SHEET | {"version": 1, "gap_x": 2})
    assert (late.status_code, late.json()["code"]) == (409, "stamps.preset_changed")
    assert client.patch(path, json=SHEET | {"version": 2, "gap_x": 1}).json()["version"] == 2
    with press.database.begin(write=False) as db:
        events = db.scalars(select(AuditEvent).where(AuditEvent.subject_kind == "print_preset"))
        assert [(event.action, (event.before or {}).get("gap_x")) for event in events] == [
            ("print_preset.add", None),
            ("print_preset.change", 0.0),
        ]


def test_the_page_draws_what_is_entered_with_a_sample_that_leads_nowhere(
    visit: Visit, cast: Cast
) -> None:
    client = visit(page=cast.officer)
    page = client.get("/office/presets/new?copy=24&lang=en")
    assert page.status_code == 200
    picture = page.text.partition("data:image/svg+xml;base64,")[2].partition('"')[0]
    drawn = b64decode(picture).decode()
    assert "MẪU / SAMPLE" in drawn
    assert drawn.count('href="#stamp"') == 24
    assert "-".join([SAMPLE_CODE[:5]] * 4) in drawn
    assert parse(SAMPLE_CODE) is None
    assert visit().get(f"/t/{SAMPLE_CODE}").status_code == 404
    assert "The stamps can be printed." in page.text
    query = "&".join(f"{name}={value}" for name, value in (SHEET | {"symbol": 15.5}).items())
    told = client.get(f"/office/presets/preview?{query}&cell_width=15&lang=en")
    assert "The stamp is too narrow" in told.text
    assert "Side of the code" in told.text
    empty = client.get("/office/presets/preview?lang=en")
    assert empty.status_code == 422
    assert "Fill in the fields that are marked." in empty.text


def test_officers_keep_presets_on_their_page_and_nobody_else(visit: Visit, cast: Cast) -> None:
    client, path = visit(page=cast.officer), "/office/presets"
    form = SHEET | {"crop_marks": "on", "cell_width": "39,5"}
    wrong = client.post(f"{path}/new?lang=en", data=form | {"columns": "9"})
    assert wrong.status_code == 422
    assert "The columns do not fit the page" in wrong.text
    assert 'value="39,5"' in wrong.text
    assert client.post(f"{path}/new", data=form).status_code == 303
    listed = client.get(path).text
    assert SHEET["name"] in listed
    (preset,) = visit(api=cast.officer).get(API).json()
    assert (preset["cell_width"], preset["crop_marks"]) == (39.5, True)
    one = f"{path}/{preset['id']}"
    assert 'value="39.5"' in client.get(one).text
    assert client.post(one, data=form | {"version": 1, "rows": 3}).status_code == 303
    assert client.post(one, data=form | {"version": 1, "rows": 2}).status_code == 422
    assert client.post(f"{one}/retire").status_code == 303
    assert client.post(f"{one}/retire").status_code == 303
    assert client.get(f"{path}/999").status_code == 404
    for person in (cast.owner, cast.inspector):
        assert visit(page=person).get(path).status_code == 403
        assert visit(page=person).post(f"{one}/retire").status_code == 403
    assert visit(api=cast.officer).get(API).json()[0]["retired"]


def test_old_records_without_a_frozen_grid_still_print(
    cast: Cast, issue: Issue, press: Press
) -> None:
    export_id = asked(press, cast, issue(5), format="pdf", preset="24")
    with press.database.begin() as db:
        export = db.get_one(Export, export_id)
        kept = {"base_url", "label", "product", "entity", "sheet", "stamps", "activate"}
        export.facts = {name: value for name, value in export.facts.items() if name in kept}
    assert make_export(press, export_id).state == "ready"
