"""Imports over HTTP: the dry run, the report, all or nothing, and the same file again."""

import csv
import re
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.entities.models import Entity
from app.kit.db import Database
from app.kit.sheets import read_table
from app.office import import_queries
from app.office.import_actions import ask_import
from app.office.import_models import ImportJob, ImportRow
from app.office.import_pages import hands_of
from app.office.import_work_actions import Hands, apply_import, work_on_waiting_imports
from tests import make
from tests.conftest import Cast, Visit
from tests.sending import HEADS, NEW, PATH, Rows, all_of, fates, imported, send, sent
from tests.workbooks import workbook


def test_entities_are_checked_then_imported_then_the_same(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    rows: Rows = [["DANH SÁCH"], [], HEADS, NEW, ["Hộ Út", "hộ", None, "dat mui", None, None]]
    path, page = sent(officer, rows)
    assert fates(page) == [2, 0, 0, 0]
    assert "Import 2 rows" in page
    assert len(all_of(database, Entity)) == 2
    page = imported(officer, path, page)
    assert "2 new, 0 changed, 0 as they were, 0 left out" in page
    made = all_of(database, Entity)[2:]
    assert [(one.name, one.kind, one.tax_no, one.commune_code, one.phone) for one in made] == [
        (NEW[0], "cooperative", NEW[2], make.DAT_MUI, NEW[4]),
        ("Hộ Út", "household", None, make.DAT_MUI, ""),
    ]
    assert made[0].folded == "htx tom kho rach goc a"
    assert not made[0].phone_public
    _, again = sent(officer, rows)
    assert fates(again) == [0, 0, 2, 0]
    assert "There is nothing to import" in again
    with database.begin(write=False) as db:
        actions = db.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)).all()[-5:]
        added = db.scalars(select(AuditEvent).where(AuditEvent.action == "entity.add")).all()
    assert actions == ["import.send", "entity.add", "entity.add", "import.apply", "import.send"]
    assert {(one.actor_id, one.entity_id) for one in added} == {
        (cast.officer.account_id, one.id) for one in made
    }


def test_a_change_shows_what_was_and_an_empty_cell_erases_nothing(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    name, address = cast.entity.name, cast.entity.address
    path, page = sent(officer, [HEADS, [name, "hợp tác xã", "2000111222", "Đất Mũi", None, None]])
    assert fates(page) == [0, 1, 0, 0]
    assert "<ins>2000111222</ins>" in page
    imported(officer, path, page)
    heads = ["MST", "Tên", "Ngày giải thể"]
    _, page = sent(officer, [heads, ["2000111222", "HTX Mới", date(2027, 1, 5)]])
    assert fates(page) == [0, 0, 0, 1]
    assert "The day has not come yet" in page
    path, page = sent(officer, [heads, ["2000111222", "HTX Mới", date(2026, 1, 5)]])
    assert f"<del>{name}</del> → <ins>HTX Mới</ins>" in page
    assert "<ins>05/01/2026</ins>" in page
    imported(officer, path, page)
    entity = all_of(database, Entity)[0]
    assert (entity.name, entity.folded, entity.status) == ("HTX Mới", "htx moi", "dissolved")
    assert (entity.kind, entity.address) == ("cooperative", address)
    with database.begin(write=False) as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "entity.change")).all()[-1]
    assert event.before == {"name": name, "dissolved_on": None}
    assert event.after == {"name": "HTX Mới", "dissolved_on": "2026-01-05"}


FAULTS: dict[str, tuple[list[Any], str]] = {
    "a short tax number": (["A", "HTX", 123456789, "Đất Mũi"], "The leading zeros are lost"),
    "a wrong tax number": (["A", "HTX", "20001112", "Đất Mũi"], "The tax number is not one"),
    "a taken tax number": (["A", "HTX", "2000999888", "Đất Mũi", None, None, "0952012345672"],
                           "The number belongs to another entity"),
    "an unknown kind": (["A", "tập đoàn", None, "Đất Mũi"], "Not one of the values allowed"),
    "an unknown commune": (["A", "HTX", None, "Zzz"], "There is no such commune today"),
    "a misspelt commune": (["A", "HTX", None, "Đất Muỗi"], "may be: xã Đất Mũi (32248)"),
    "another province": (["A", "HTX", None, "Ninh Kiều"], "phường Ninh Kiều (31135), Cần Thơ"),
    "no commune": (["A", "HTX", "2000111333", None], "A value is missing"),
    "no name": ([None, "HTX", "2000111333", "Đất Mũi"], "A value is missing"),
    "a day that is none": (["A", "HTX", None, "Đất Mũi", None, "31/02/2024"], "Not a date"),
    "a formula": (["A", "HTX", "=1+1", "Đất Mũi"], "The cell has a formula and no value"),
    "a hidden sign": (["A\u200b", "HTX", None, "Đất Mũi"], "characters that can&#39;t be seen"),
    "an ambiguous name": (["Hộ Ba", None, None, None], "Several entities have this name"),
}  # fmt: skip


def test_each_fault_refuses_its_row_and_no_other(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    with database.begin() as db:
        make.entity(db, name="HTX Có số", tax_no="2000999888")
        make.entity(db, name="HTX Có GLN", gln="0952012345672")
        make.entity(db, name="Hộ Ba", commune_code=make.DAT_MUI)
        make.entity(db, name="Hộ Ba", commune_code="32191")
    there = len(all_of(database, Entity))
    # Numbered, or rows of the same name would be each other's twins.
    rows: Rows = [
        [f"{row[0]}{n}" if row[0] == "A" else row[0], *row[1:]]
        for n, (row, _) in enumerate(FAULTS.values())
    ]
    path, page = sent(officer, [[*HEADS, "GLN"], NEW, *rows])
    assert fates(page) == [1, 0, 0, len(rows)]
    for _, words in FAULTS.values():
        assert words in page, words
    refused = officer.post(f"{path}/import", data={"new": "1", "refused": str(len(rows))})
    assert refused.status_code == 409
    assert len(all_of(database, Entity)) == there
    assert f"Import 1 rows, leave {len(rows)} out" in page
    page = imported(officer, path, page)
    assert f"1 new, 0 changed, 0 as they were, {len(rows)} left out" in page
    assert len(all_of(database, Entity)) == there + 1
    mended = officer.get(f"{path}/refused.xlsx?lang=en")
    table = read_table(mended.content, name="x")
    assert table.rows[0].cells[-1] == "Reason"
    assert len(table.rows) == len(rows) + 1
    assert "The leading zeros are lost" in str(table.rows[1].cells[-1])
    _, page = sent(officer, [list(row.cells) for row in table.rows])
    assert fates(page) == [0, 0, 0, len(rows)]
    assert "not read" not in page


def test_twins_in_the_file_name_each_other(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    rows: Rows = [
        HEADS,
        NEW,
        ["Khác", "HTX", "2000 111 222", "Đất Mũi"],
        ["Hộ Tư", "hộ", None, "Đất Mũi"],
        ["HỘ TƯ", "hộ", None, "32248"],
        ["Hộ Tư", "hộ", None, "Năm Căn"],
        [cast.entity.name, "HTX", "2000111333", "Đất Mũi"],
        [cast.entity.name, "HTX", None, "Đất Mũi"],
    ]
    path, page = sent(officer, rows)
    assert fates(page) == [1, 0, 0, 6]
    shown = re.findall(
        r"See row (\d+)\. Keep one", officer.get(f"{path}?fate=refused&lang=en").text
    )
    assert shown == ["3", "2", "5", "4", "8", "7"]


def test_files_that_are_none_are_refused_beside_the_field(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    for content, words in (
        (b"%PDF-1.7", "Tệp không phải là bảng tính"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (workbook([["x", "y"]]), "không có dòng tiêu đề cột"),
        (workbook([HEADS]), "Bảng không có dòng nào"),
        (workbook([[*HEADS, "Tên"], NEW]), "Cột A (Tên chủ thể) và cột G (Tên)"),
        (b"", "Hãy chọn tệp"),
    ):
        answer = officer.post(
            PATH, data={"kind": "entities"}, files={"file": ("a.xlsx", content, "x/y")}
        )
        assert answer.status_code == 422
        assert words in answer.text, words
        assert 'aria-describedby="file-wrong"' in answer.text
    assert officer.post(PATH, data={"kind": "x"}, files={"file": ("a", b"x")}).status_code == 422


def test_an_old_name_is_answered_with_the_commune_of_today(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    former: Rows = [["Xã cũ", "Huyện cũ", "Xã mới"], ["xã Viên An", "Ngọc Hiển", "Đất Mũi"]]
    path, page = sent(officer, former, "former_places")
    imported(officer, path, page)
    assert fates(sent(officer, former, "former_places")[1]) == [0, 0, 1, 0]
    _, page = sent(officer, [HEADS, ["A", "HTX", None, "Viên An, huyện Ngọc Hiển"]])
    assert "belongs today to: xã Đất Mũi (32248)" in page


def test_the_former_names_that_come_along_are_imported_whole(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    text = files("app.places").joinpath("former_names_96.csv").read_text(encoding="utf-8")
    rows: Rows = list(csv.reader(text.splitlines()))
    path, page = sent(officer, rows, "former_places")
    assert fates(page) == [len(rows) - 1, 0, 0, 0]
    imported(officer, path, page)
    old = [["A", "HTX", None, name] for name in ("Thị trấn Rạch Gốc", "xã Viên An", "P. 5")]
    _, page = sent(officer, [HEADS, *old])
    assert "belongs today to: xã Phan Ngọc Hiển (32244)" in page
    assert "belongs today to: xã Đất Mới (32201), xã Đất Mũi (32248)" in page
    assert "belongs today to: phường Vĩnh Trạch (31834), phường Tân Thành (32025)" in page


def test_what_somebody_changed_meanwhile_stops_the_import(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer, other = visit(page=cast.officer), visit(page=cast.approver)
    rows: Rows = [HEADS, NEW, [cast.entity.name, "HTX", None, "Đất Mũi", "0911 111 111"]]
    path, page = sent(officer, rows)
    twin, same = sent(other, rows)
    with database.begin() as db:
        db.get_one(Entity, cast.entity.id).phone = "0900 000 000"
    after = imported(officer, path, page)
    assert "Somebody changed these records" in after
    assert "<del>0900 000 000</del>" in after
    assert len(all_of(database, Entity)) == 2
    done = imported(officer, path, after)
    assert "1 new, 1 changed" in done
    # The other officer's file says the same: it changes nothing and doubles nothing.
    assert "0 new, 0 changed, 2 as they were" in imported(other, twin, same)
    assert len(all_of(database, Entity)) == 3
    again = other.post(f"{twin}/import", data={"new": "1", "changed": "1", "refused": "0"})
    assert again.status_code == 409


def test_a_long_file_is_worked_on_in_the_background(
    visit: Visit, cast: Cast, app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_queries, "AT_ONCE", 10)
    officer, hands = visit(page=cast.officer), hands_of(app)
    rows: Rows = [[f"Hộ {n}", "hộ", f"20002{n:05d}", "Đất Mũi"] for n in range(120)]
    path, page = sent(officer, [HEADS, *rows])
    assert "The rows are being checked" in page
    assert 'http-equiv="refresh"' in page
    work_on_waiting_imports(hands)
    page = officer.get(f"{path}?lang=en").text
    assert fates(page) == [120, 0, 0, 0]
    assert page.count("<tr>") == 101
    following = re.search(r'href="([^"]*after=101)"', page)
    assert following
    assert officer.get(following[1].replace("&amp;", "&")).text.count("<tr>") == 21
    assert "being imported" in imported(officer, path, page)
    assert len(all_of(database, Entity)) == 2
    work_on_waiting_imports(hands)
    assert "120 new" in officer.get(f"{path}?lang=en").text
    assert len(all_of(database, Entity)) == 122


class Cut(Exception):
    """The process dies."""


def cut_off(database: Database, hands: Hands, job_id: int) -> None:
    """Do everything of an import but its commit."""
    with database.begin() as db:
        apply_import(db, hands, job_id)
        assert len(db.scalars(select(Entity)).all()) == 4
        raise Cut


def test_an_import_that_breaks_off_leaves_nothing(
    visit: Visit, cast: Cast, app: FastAPI, database: Database
) -> None:
    officer, hands = visit(page=cast.officer), hands_of(app)
    path, _ = sent(officer, [HEADS, NEW, ["Hộ Tư", "hộ", None, "Đất Mũi"]])
    job_id = int(path.rpartition("/")[2])
    with database.begin() as db:
        seen = {"new": 2, "changed": 0, "refused": 0}
        actor = cast.officer.actor
        ask_import(db, actor=actor, now=make.NOW, job_id=job_id, seen=seen, partial=False)
    with pytest.raises(Cut):
        cut_off(database, hands, job_id)
    assert len(all_of(database, Entity)) == 2
    assert "being imported" in officer.get(f"{path}?lang=en").text
    # Who takes over, a minute later, does it whole.
    hands = replace(hands, clock=lambda: make.NOW + timedelta(minutes=2))
    work_on_waiting_imports(hands)
    assert "2 new" in officer.get(f"{path}?lang=en").text
    assert len(all_of(database, Entity)) == 4


def test_a_dropped_file_leaves_no_rows(visit: Visit, cast: Cast, database: Database) -> None:
    officer = visit(page=cast.officer)
    path, _ = sent(officer, [HEADS, NEW])
    assert officer.post(f"{path}/drop").status_code == 303
    with database.begin(write=False) as db:
        assert db.scalars(select(ImportRow)).all() == []
        assert db.scalars(select(ImportJob.given)).all() == [None]
    assert officer.post(f"{path}/drop").status_code == 409
    assert officer.get(f"{path}/refused.xlsx").status_code == 200


@pytest.mark.parametrize("kind", ["entities", "products", "rights", "use_rights", "former_places"])
def test_templates_hold_headings_that_are_understood(visit: Visit, cast: Cast, kind: str) -> None:
    officer = visit(page=cast.officer)
    for name, language in ((kind, "vi"), (f"{kind}-full", "vi"), (f"{kind}-full", "en")):
        made = officer.get(f"{PATH}/templates/{name}.xlsx?lang={language}")
        book = load_workbook(BytesIO(made.content))
        sheet = book.worksheets[0]
        assert isinstance(sheet, Worksheet)
        heads = [cell.value for cell in sheet[1]]
        assert sheet.max_row == 1 or not any(cell.value for cell in sheet[2])
        explained = [row[0] for row in book.worksheets[1].iter_rows(values_only=True)]
        assert explained[1 : len(heads) + 1] == heads
        answer = send(officer, [heads, ["?"] * len(heads)], kind)
        assert answer.status_code == 303, answer.text
        page = officer.get(f"{answer.headers['location']}?lang=en").text
        assert "not read" not in page
    assert officer.get(f"{PATH}/templates/x.xlsx").status_code == 404
