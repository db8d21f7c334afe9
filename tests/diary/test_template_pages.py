"""The editor of templates: stages and fields, two officers at once, publishing, files, products."""

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.diary.models import Lot
from app.diary.template_models import ProcessTemplateDraft, ProcessTemplateVersion
from app.kit.db import Database
from app.kit.exports import MEDIA, FileKind
from tests import make
from tests.client import Client, seen_in
from tests.conftest import Cast, Visit

pytestmark = pytest.mark.on("sqlite")

HOME = "/office/templates"
Files = dict[str, tuple[str, bytes, str]]


@pytest.fixture
def officer(visit: Visit, cast: Cast) -> Client:
    return visit(page=cast.officer)


@pytest.fixture
def shrimp(officer: Client) -> str:
    """Return the path of the ready template of shrimp and crab ponds."""
    assert "Chưa có mẫu nào" in officer.get(HOME).text
    assert officer.post(f"{HOME}/ready").status_code == 303
    listed = officer.get(HOME).text
    assert len(re.findall(rf'href="{HOME}/\d+"', listed)) == 6
    return str(re.findall(rf'href="({HOME}/\d+)">Nuôi tôm, cua', listed)[0])


def test_every_ready_template_is_shown_as_the_phone_shows_it(officer: Client, shrimp: str) -> None:
    listed = set(re.findall(rf'href="({HOME}/\d+)"', officer.get(HOME).text))
    assert shrimp in listed
    for one in sorted(listed):
        shown = officer.get(f"{one}/versions/1")
        assert shown.status_code == 200
        officer.post(f"{one}/draft")
        codes = re.findall(r'stage\?code=([a-z-]+)"', officer.get(f"{one}/draft").text)
        assert len(set(codes)) == shown.text.count('<section id="see-')
        for code in set(codes):
            assert officer.get(f"{one}/draft/stage?code={code}").status_code == 200


def filled(page: str) -> dict[str, str]:
    """Return what a browser would send of the form of a stage."""
    form = page[page.index('<form id="stage"') :].partition("</form>")[0]
    values: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and "checkbox" in tag:
            values |= {name[1]: "on"} if " checked" in tag else {}
        elif name:
            values[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(
        r'<select[^>]*name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        values[name] = unescape(text)
    return values


def seen(officer: Client, draft: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="(\d+)"', officer.get(draft).text)
    assert found
    return {"seen": found[1]}


def said(answer: httpx.Response) -> str:
    return unescape(answer.text)


def test_a_stage_is_written_in_the_browser_and_published_as_the_next_version(
    officer: Client, shrimp: str, database: Database
) -> None:
    assert officer.post(f"{shrimp}/draft").status_code == 303
    draft = f"{shrimp}/draft"
    stage = f"{draft}/stage?code=do-nuoc"
    form = filled(officer.get(stage).text)
    assert (form["fields.0.name"], form["fields.5.least"]) == ("ph", "0")
    # The other buttons change the form alone.
    more = filled(said(officer.post(stage, data=form | {"act": "field"})))
    moved = filled(said(officer.post(stage, data=more | {"act": "up.6"})))
    fewer = filled(said(officer.post(stage, data=moved | {"act": "drop.0"})))
    assert [fewer[f"fields.{n}.name"] for n in range(6)] == [
        "oxygen",
        "salinity",
        "temperature",
        "ammonia",
        "",
        "alkalinity",
    ]
    new = {"fields.4.label": "Độ trong (cm)", "fields.4.kind": "number", "fields.4.least": "0,5"}
    wrong = officer.post(stage, data=fewer | new | {"fields.4.kind": "", "photos": "x"})
    assert wrong.status_code == 422
    assert 'id="fields.4.kind-wrong"' in wrong.text
    assert 'id="photos-wrong"' in wrong.text
    assert "Độ trong (cm)" in wrong.text
    assert officer.post(stage, data=fewer | new).status_code == 303
    shown = said(officer.get(draft))
    assert "thêm mới" in shown
    assert "Độ trong (cm)" in shown
    published = officer.post(f"{draft}/publish", data=seen(officer, draft) | {"note": "Thêm ô"})
    assert published.status_code == 303, said(published)
    assert "Đã ban hành" in said(officer.get(published.headers["location"]))
    told = said(officer.get(f"{shrimp}/versions/2"))
    assert "Khác gì phiên bản 1" in told
    assert "Độ trong (cm)" in told
    assert officer.get(draft).status_code == 404
    with database.begin() as db:
        second = db.scalars(select(ProcessTemplateVersion).filter_by(version=2)).one()
        clear = next(one for one in second.body["stages"] if one["code"] == "do-nuoc")
        assert (clear["fields"][4]["name"], clear["fields"][4]["least"]) == ("do_trong_cm", 0.5)
        acts = set(db.scalars(select(AuditEvent.action).filter_by(subject_kind="template")))
        assert acts == {"template.add", "template.publish", "template.draft"}


def test_two_officers_at_once_hear_of_each_other_and_lose_nothing(
    officer: Client, visit: Visit, cast: Cast, shrimp: str
) -> None:
    other = visit(page=cast.approver)
    officer.post(f"{shrimp}/draft")
    stage, draft = f"{shrimp}/draft/stage?code=cho-an", f"{shrimp}/draft"
    mine, theirs = filled(officer.get(stage).text), filled(other.get(stage).text)
    added = {"fields.4.label": "Hãng", "fields.4.kind": "text", "fields.4.name": "brand"}
    assert other.post(stage, data=theirs | added | {"name": "Cho ăn cữ sáng"}).status_code == 303
    late = officer.post(stage, data=mine | {"photos": "2"})
    assert late.status_code == 422
    told = said(late)
    assert "Có người" in told
    assert "Cho ăn cữ sáng" in told
    again = filled(late.text)
    assert (again["name"], again["photos"], again["fields.4.name"]) == ("Cho ăn", "2", "brand")
    assert officer.post(stage, data=again).status_code == 303
    old = {"seen": mine["seen"]}
    for act in ("stages/cho-an/down", "stages/cho-an/drop", "publish", "discard"):
        refused = officer.post(f"{draft}/{act}", data=old)
        assert refused.status_code == 422, act
        assert "Có người đã sửa bản nháp" in said(refused)
    assert officer.post(f"{draft}/stages/cho-an/up", data=seen(officer, draft)).status_code == 303
    assert re.findall(r"stage\?code=([a-z-]+)\"", officer.get(draft).text)[1] == "cho-an"
    # What somebody took out meanwhile is put back at the end by who saves it once more.
    form = filled(officer.get(stage).text)
    assert other.post(f"{draft}/stages/cho-an/drop", data=seen(other, draft)).status_code == 303
    gone = officer.post(stage, data=form)
    assert (gone.status_code, officer.get(stage).status_code) == (422, 404)
    assert officer.post(stage, data=filled(gone.text)).status_code == 303
    assert officer.post(f"{draft}/stages/khong-co/up", data=old).status_code == 404
    assert officer.post(f"{draft}/discard", data=seen(officer, draft)).status_code == 303
    assert officer.post(f"{draft}/discard", data=old).status_code == 404


def test_the_later_of_two_who_rename_a_template_loses_nothing(
    officer: Client, visit: Visit, cast: Cast, shrimp: str
) -> None:
    form = {"name": "Nuôi tôm", "seen": seen_in(officer.get(shrimp).text)}
    theirs = form | {"name": "Nuôi tôm sú", "name_en": "Black tiger shrimp"}
    assert visit(page=cast.approver).post(shrimp, data=theirs).status_code == 303
    late = officer.post(shrimp, data=form)
    assert late.status_code == 422
    for name in ("Nuôi tôm sú", "Black tiger shrimp"):
        assert f'-wrong">Hiện đang là: {name}' in late.text
    assert officer.post(shrimp, data=form | {"seen": seen_in(late.text)}).status_code == 303


def test_a_template_begun_with_nothing_is_published_once_it_has_a_stage(officer: Client) -> None:
    assert officer.post(f"{HOME}/new", data={"name": " "}).status_code == 422
    made = officer.post(f"{HOME}/new", data={"name": "Bánh phồng tôm", "name_en": "Crackers"})
    one = made.headers["location"].partition("?")[0]
    assert officer.post(f"{HOME}/new", data={"name": "Bánh phồng tôm"}).status_code == 422
    draft = f"{one}/draft"
    officer.post(draft)
    empty = officer.post(f"{draft}/publish", data=seen(officer, draft))
    assert empty.status_code == 422
    assert "Đang có 0" in said(empty)
    limits = {"late_after_hours": "400", "approval_after_days": "7"}
    crossed = officer.post(f"{draft}/limits", data=limits | seen(officer, draft))
    assert crossed.status_code == 422
    assert 'id="late_after_hours-wrong"' in crossed.text
    stage = {"name": "Quết bột", "kind": "processing", "public": "on", "photos": "0"}
    assert officer.post(f"{draft}/stage", data=stage | seen(officer, draft)).status_code == 303
    twice = officer.post(f"{draft}/stage", data=stage | seen(officer, draft))
    assert 'id="name-wrong"' in twice.text
    assert officer.post(f"{draft}/publish", data=seen(officer, draft)).status_code == 303
    assert officer.post(one, data={"name": "Bánh phồng"}).status_code == 303
    assert "Bánh phồng" in officer.get(f"{HOME}?q=banh+phong").text
    assert officer.post(f"{one}/retire").status_code == 303
    assert officer.post(draft).status_code == 409
    assert "Đã ngừng" not in officer.get(f"{HOME}?state=in-use").text
    assert f'{one}"' not in officer.get(f"{HOME}?state=in-use").text
    assert officer.post(f"{one}/restore").status_code == 303


def workbook(content: bytes, name: str = "mau.xlsx") -> Files:
    return {"file": (name, content, MEDIA[FileKind.XLSX])}


def test_a_workbook_comes_back_as_the_draft_and_hostile_ones_change_nothing(
    officer: Client, shrimp: str, database: Database
) -> None:
    had = officer.get(f"{shrimp}/versions/1/workbook")
    assert had.headers["content-type"] == MEDIA[FileKind.XLSX]
    path = f"{HOME}/import"
    assert officer.post(path, files=workbook(had.content)).status_code == 303
    same = officer.post(f"{shrimp}/draft/publish", data=seen(officer, f"{shrimp}/draft"))
    assert "đã ghi đúng như vậy" in said(same)
    there = officer.post(path, files=workbook(had.content))
    assert there.status_code == 422
    assert 'id="replace-wrong"' in there.text
    again = officer.post(path, files=workbook(had.content), data={"replace": "on"})
    assert again.status_code == 303
    assert officer.get(f"{shrimp}/draft/workbook").status_code == 200
    for content in (b"", b"PK\x03\x04", b"%PDF-1.4", b"\xd0\xcf\x11\xe0" + bytes(600)):
        assert officer.post(path, files=workbook(content, "../=x.xlsx")).status_code == 422
    assert officer.post(path, files=workbook(bytes(3 * 1024 * 1024))).status_code == 422
    with database.begin() as db:
        assert db.scalars(select(ProcessTemplateDraft.saved)).all() == [2]
        assert len(db.scalars(select(ProcessTemplateVersion)).all()) == 6


def test_what_a_lot_tells_stays_the_same_whatever_becomes_of_its_template(
    officer: Client, visit: Visit, cast: Cast, database: Database, shrimp: str
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    owner, page = visit(api=cast.owner), visit(page=cast.owner)
    process = f"/office/products/{product.id}/process"
    offered = {
        name: version
        for version, name in re.findall(
            r'<option value="(\d+)">([^<]+)</option>', page.get(process).text
        )
    }
    version = offered["Nuôi tôm, cua, phiên bản 1"]
    assert page.post(process, data={"template_version_id": version}).status_code == 303
    assert "Chuẩn bị ao" in page.get(process).text
    assert officer.post(f"{process}/1/approve", data={}).status_code == 303
    day = {"production_date": "2026-03-01"}
    lot = owner.post("/api/v1/lots", json={"product_id": product.id, "number": "A1", **day}).json()
    entry = {
        "id": "5e2f0c9a-0000-4000-8000-000000000001",
        "kind": "feeding",
        "stage": "cho-an",
        "performed_at": "2026-03-10T08:30:00+07:00",
        "values": {"feed": "Cám viên", "quantity": 12.5, "unit": "KGM", "meals": 3},
    }
    written = owner.post(f"/api/v1/lots/{lot['id']}/entries", json=entry)
    assert written.status_code == 201, written.text
    for act in ("close", "release"):
        assert owner.post(f"/api/v1/lots/{lot['id']}/{act}").status_code == 200
    told = owner.get(f"/api/v1/lots/{lot['id']}/entries").json()
    addresses = (f"/app/lots/{lot['id']}", f"/l/{lot['id']}")
    shown = [tell_of(page, address) for address in addresses]
    for one in shown:
        assert "Cám viên" in one
        assert "Số cữ trong ngày" in one

    draft = f"{shrimp}/draft"
    officer.post(draft)
    stage = f"{draft}/stage?code=cho-an"
    form = filled(officer.get(stage).text)
    changed = form | {"name": "Việc khác hẳn", "fields.3.label": "Tên khác hẳn"}
    assert officer.post(stage, data=changed).status_code == 303
    officer.post(f"{draft}/stages/tha-giong/drop", data=seen(officer, draft))
    officer.post(f"{draft}/publish", data=seen(officer, draft))
    old = officer.get(f"{shrimp}/versions/1/workbook").content
    officer.post(f"{HOME}/import", files=workbook(old))
    officer.post(shrimp, data={"name": "Tên mới của mẫu"})
    officer.post(f"{shrimp}/retire")
    assert owner.get(f"/api/v1/lots/{lot['id']}/entries").json() == told
    assert [tell_of(page, address) for address in addresses] == shown
    with database.begin() as db:
        kept = db.get(Lot, lot["id"])
        assert kept is not None
        assert kept.template_version_id == int(version)
    later = owner.post("/api/v1/lots", json={"product_id": product.id, "number": "A2", **day})
    with database.begin() as db:
        newer = db.get(Lot, later.json()["id"])
        assert newer is not None
        assert newer.template_version_id == int(version)


def tell_of(client: Client, address: str) -> str:
    """Return what a page tells, without what every page has around it."""
    page = client.get(address).text
    return re.sub(r"\s+", " ", page[page.index("<main") : page.index("</main>")])
