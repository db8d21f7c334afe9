"""All stamps of an allotment as one ZIP for the print house."""

import csv
import hashlib
from dataclasses import dataclass
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from fastapi import FastAPI

from app.kit.db import Database
from app.stamps.allotment_models import Allotment
from app.stamps.bundle import LIST_NAME
from app.stamps.policy_queries import usual_policy
from app.stamps.print_actions import Press, make_waiting_exports
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.conftest import found, stored

GTIN = "09520001000010"


@dataclass(frozen=True)
class Made:
    """An issued allotment of three batches of two entities, and a draft."""

    allotment_id: int
    draft_id: int
    batches: tuple[int, ...]

    @property
    def path(self) -> str:
        return f"/api/v1/allotments/{self.allotment_id}"


@pytest.fixture
def allotted(database: Database, app: FastAPI, cast: Cast) -> Made:
    with database.begin() as db:
        allotments = [
            Allotment(year=2026, state=state, made_at=make.NOW, made_by="Cán bộ Lan")
            for state in ("issued", "draft")
        ]
        db.add_all(allotments)
        db.flush()
        products = [
            make.product(db, of=cast.entity, name="=Tôm khô", gtin=GTIN),
            make.product(db, of=cast.entity, name="Bánh phồng tôm"),
            make.product(db, of=cast.other, name="Mắm cá lóc"),
        ]
        batches = []
        for place, product in enumerate(products):
            keyring = app.state.keyring
            batch = make.issued_batch(db, of=product, keyring=keyring, quantity=3 + place)
            batch.allotment_id = allotments[0].id
            batches.append(batch.id)
    return Made(allotments[0].id, allotments[1].id, tuple(batches))


def listed_in(archive: ZipFile) -> list[list[str]]:
    return list(csv.reader(StringIO(archive.read(LIST_NAME).decode("utf-8-sig"))))[1:]


def test_a_zip_holds_a_folder_for_each_entity_and_a_file_for_each_batch(
    visit: Visit, cast: Cast, allotted: Made, press: Press
) -> None:
    client = visit(api=cast.officer)
    query = f"{allotted.path}/export?format=pdf&reason=In"
    sent = client.get(query)
    assert sent.status_code == 200, sent.text
    assert sent.headers["content-type"] == "application/zip"
    archive = ZipFile(BytesIO(sent.content))
    assert archive.testzip() is None
    one, two, three = allotted.batches
    ours = f"hop-tac-xa-tom-kho-rach-goc-{cast.entity.id}"
    theirs = f"ho-kinh-doanh-mam-ut-hoa-{cast.other.id}"
    assert archive.namelist() == [
        f"{theirs}/dot-{three}-mam-ca-loc.pdf",
        f"{ours}/dot-{one}-tom-kho.pdf",
        f"{ours}/dot-{two}-banh-phong-tom.pdf",
        LIST_NAME,
    ]
    for name, row in zip(archive.namelist(), listed_in(archive), strict=False):
        _entity, product, batch, first, last, quantity, gtin, file, sha256 = row
        content = archive.read(name)
        assert (file, sha256) == (name, hashlib.sha256(content).hexdigest())
        assert (first, last) == ("1", quantity)
        codes = client.get(f"/api/v1/batches/{batch}/export?format=csv&reason=So").text
        expected = {line.split(",")[1] for line in codes.splitlines()[1:]}
        (page,) = pypdfium2.PdfDocument(content)
        read = {one.text for one in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())}
        assert {one for one in read if "/app/" not in one} == expected
        assert all(f"/01/{GTIN}/" in one for one in expected) == bool(gtin)
        # No cell runs as a formula.
        assert not product.startswith("=")
    (export,) = client.get(f"{allotted.path}/exports").json()
    assert export["proof"] == {"read": 3, "of": 3, "codes": 15}
    assert (export["batch_id"], export["count"], export["form"]) == (None, 12, "gs1")
    # The same request gives the same file, made anew too.
    press.files.path(f"{export['sha256']}.zip").unlink()
    assert client.get(query).content == sent.content
    assert [path.suffix for path in stored(press) if path.parent.name == "drafts"] == []


def test_lists_of_codes_come_by_entity_too_and_in_the_short_form_where_that_is_wanted(
    visit: Visit, cast: Cast, allotted: Made
) -> None:
    client = visit(api=cast.officer)
    for kind in ("csv", "xlsx"):
        sent = client.get(f"{allotted.path}/export?format={kind}&form=short&reason=In")
        archive = ZipFile(BytesIO(sent.content))
        for name, row in zip(archive.namelist(), listed_in(archive), strict=False):
            content = archive.read(name)
            if kind == "csv":
                rows = [line.split(",") for line in content.decode().splitlines()]
            else:
                sheet = openpyxl.load_workbook(BytesIO(content), read_only=True).worksheets[0]
                rows = [[str(cell) for cell in line] for line in sheet.values]
            assert rows[0] == ["code", "url", "number"]
            assert [line[2] for line in rows[1:]] == [str(n + 1) for n in range(int(row[5]))]
            assert all("/T/" in line[1] for line in rows[1:])


def test_an_allotment_without_codes_or_of_nobody_has_no_file(
    visit: Visit, cast: Cast, allotted: Made, press: Press
) -> None:
    client, before = visit(api=cast.officer), stored(press)
    draft = f"/api/v1/allotments/{allotted.draft_id}"
    refused = client.get(f"{draft}/export?format=pdf&reason=In")
    assert (refused.status_code, refused.json()["code"]) == (409, "stamps.allotment_not_issued")
    assert client.get("/api/v1/allotments/999/export?format=pdf&reason=In").status_code == 404
    for wrong in ("format=png&reason=In", "format=pdf", "format=pdf&reason=In&preset=41"):
        assert client.get(f"{allotted.path}/export?{wrong}").status_code == 422
    assert client.head(f"{allotted.path}/export?format=pdf&reason=In").status_code == 404
    for person in (cast.owner, cast.inspector, cast.outsider):
        asked = visit(api=person).get(f"{allotted.path}/export?format=pdf&reason=In")
        assert asked.status_code in {403, 404}
    assert client.get(f"{allotted.path}/exports").json() == []
    assert stored(press) == before


def test_the_page_asks_confirms_and_downloads(
    visit: Visit, cast: Cast, allotted: Made, press: Press, database: Database
) -> None:
    with database.begin() as db:
        policy = usual_policy()
        policy.two_people_from = 12
        db.add(policy)
    path = f"/office/allotments/{allotted.allotment_id}/exports"
    officer, approver = visit(page=cast.officer), visit(page=cast.approver)
    assert officer.post(path, data={"format": "pdf"}).status_code == 422
    assert officer.post(path, data={"format": "xlsx", "reason": "In"}).status_code == 303
    (export,) = visit(api=cast.officer).get(f"{allotted.path}/exports").json()
    assert export["state"] == "asked"
    one = f"{path}/{export['id']}"
    assert officer.get(f"{one}/file").status_code == 409
    assert "Let 12 codes out" in approver.get(f"{path}?lang=en").text
    assert approver.post(f"{one}/confirm").status_code == 303
    assert make_waiting_exports(press) == 1
    assert found(press.database, export["id"]).state == "ready"
    assert "12 rows counted" in officer.get(f"{path}?lang=en").text
    taken = officer.get(f"{one}/file")
    assert ZipFile(BytesIO(taken.content)).testzip() is None
    other = f"/office/allotments/{allotted.draft_id}/exports"
    assert officer.get(f"{other}/{export['id']}/file").status_code == 404
    assert officer.get(other).status_code == 409
