"""Every list as a file: as many rows as its page, no formula runs, and nobody else's records."""

import csv
import json
import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from openpyxl import load_workbook
from sqlalchemy import update

from app.entities.models import Entity
from app.identity.models import Account
from app.kit.db import Database
from app.kit.exports import MEDIA, FileKind
from app.routes import ROUTERS
from tests import make
from tests.client import Client, without_once
from tests.conftest import Cast, Visit
from tests.parts import parts_of

APP = Path(__file__).parents[2] / "app"
EVIL, WORSE = "=HYPERLINK(0) Cơ sở", "+84 Tôm khô"
SECRET = "Mắm Tuyệt Mật"
HUSHED, CALLED = "096085001234", "0988000111"
TABLE = r"<tr\b"
TRACED = r'<li class="lot-traced">'
HISTORY = r"<li[^>]*>\s*<p><b>"
# Every list, and what each of its rows begins with on the page.
LISTS = {
    "/entities": '<li class="item">',
    "/holders": TABLE,
    "/office/accounts": TABLE,
    "/office/alerts": "<li><span><a",
    "/office/allotments": TABLE,
    "/office/allotments/{allotment_id}": TABLE,
    "/office/allotments/{allotment_id}/exports": TABLE,
    "/office/anomalies": TABLE,
    "/office/audit": TABLE,
    "/office/batches": TABLE,
    "/office/batches/{batch_id}": HISTORY,
    "/office/batches/{batch_id}/exports": TABLE,
    "/office/board": TABLE,
    "/office/certificates": TABLE,
    "/office/diaries/approvals": '<li id="e-',
    "/office/diaries/harvests": '<ul class="lacking">',
    "/office/diaries/incomplete": '<ul class="lacking">',
    "/office/diaries/{which}": TABLE,
    "/office/entities": TABLE,
    "/office/entities/{entity_id}/history": HISTORY,
    "/office/facility-codes": TABLE,
    "/office/expiries": TABLE,
    "/office/figures": '<tr class="figure">',
    "/office/figures/{figure}": TABLE,
    "/office/checklists": TABLE,
    "/office/findings": TABLE,
    "/office/inspections": TABLE,
    "/office/measures": TABLE,
    "/office/plans": TABLE,
    "/office/plans/{inspection_plan_id}": TABLE,
    "/app/inspections": '<section class="card">',
    "/office/imports": TABLE,
    "/office/imports/{import_id}": TABLE,
    "/office/issuers": TABLE,
    "/office/links": TABLE,
    "/office/listings": TABLE,
    "/office/lots": TABLE,
    "/office/lots/{lot_id}/trace": TRACED,
    "/office/ocop-certificates": TABLE,
    "/office/partners": TABLE,
    "/office/partners/{partner_id}/webhooks/{webhook_id}": TABLE,
    "/office/presets": rf"{TABLE}|/presets/new\?copy=",
    "/office/products": TABLE,
    "/office/products/{product_id}/history": HISTORY,
    "/office/proposals": TABLE,
    "/office/queue": TABLE,
    "/office/quotas": TABLE,
    "/office/recalls": TABLE,
    "/office/reconciliation": TABLE,
    "/office/refusals": TABLE,
    "/office/reports": TABLE,
    "/office/rights": TABLE,
    "/office/rights/{right_id}": '<tr class="user">',
    "/office/rights/{right_id}/history": HISTORY,
    "/office/subgroups": TABLE,
    "/office/templates": TABLE,
    "/office/tests": TABLE,
    "/office/trainings": TABLE,
    "/office/use-rights": TABLE,
    "/app/listings": '<section class="offer">',
    "/products": '<li class="item">',
    "/r/{right_id}": '<li class="item">',
    "/recalls": '<li class="item">',
    "/rights": '<li class="item">',
    "/app/lots": '<a href="/app/lots/[0-9]',
    "/app/lots/{lot_id}/trace": TRACED,
    "/app/lookups": '<section class="months">',
    "/app/products": 'href="/app/products/[0-9]',
    "/app/stamps": 'class="row-link"',
    "/app/stamps/displays": '<section class="card">',
    "/app/stamps/{batch_id}": HISTORY,
    "/app/tests": 'class="row-link"',
}
# The page of look-ups tells a product's months only once there are some.
TIMES = {"/app/lookups": 12}
# Who holds stamps is public, and so is the register.
FOR_EVERYBODY = {"/holders", "/products", "/entities", "/recalls", "/rights", "/r/{right_id}"}
# To have the audit trail as a file is an event of the trail.
GROWING = {"/office/audit": 1}


@dataclass(frozen=True)
class World:
    """Records of every kind, two of whose names are formulas, and clients to ask for them."""

    ids: dict[str, Any]
    owner: Client
    outsider: Client
    officer: Client

    def reader(self, path: str) -> Client:
        return self.owner if path.startswith("/app") else self.officer

    def file(self, path: str, kind: FileKind, who: Client | None = None) -> bytes:
        answer = (who or self.reader(path)).get(f"{path.format(**self.ids)}?file={kind}&state=")
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == MEDIA[kind]
        name = answer.headers["content-disposition"]
        assert re.fullmatch(rf'attachment; filename="[a-z0-9-]+\.{kind}"', name), path
        return answer.content


@pytest.fixture
def world(app: FastAPI, database: Database, visit: Visit, cast: Cast) -> World:
    keyring = app.state.keyring
    with database.begin() as db:
        for theirs, name, brand in ((cast.entity, EVIL, WORSE), (cast.other, SECRET, SECRET)):
            db.execute(update(Entity).where(Entity.id == theirs.id).values(name=name))
            product = make.product(db, of=theirs, name=brand)
            batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
            lot, right = make.complete_lot(db, of=product, number=brand), make.right(db)
            make.use_right(db, of=right, product=product, certificate_no=brand)
            ids: dict[str, Any] = {
                "entity_id": theirs.id,
                "product_id": product.id,
                "right_id": right.id,
                "batch_id": batch.id,
                "code": make.code(batch, 61, keyring=keyring),
                "lot_id": lot.id,
                "account_id": cast.owner.account_id,
            }
            if theirs is cast.entity:
                for part in parts_of("journeys"):
                    ids |= part.hung(db, ids, keyring) if hasattr(part, "hung") else {}
                known = ids
        db.execute(
            update(Account).where(Account.id == cast.owner.account_id).values(name="=Chị Chủ")
        )
    office, owned = visit(api=cast.officer), visit(api=cast.owner)
    facts = {"tax_no": HUSHED, "phone": CALLED, "representative": f"@{HUSHED}"}
    changed = office.patch(f"/api/v1/entities/{known['entity_id']}", json=facts)
    named = office.patch(f"/api/v1/products/{known['product_id']}", json={"brand": EVIL})
    asked = office.get(f"/api/v1/batches/{known['batch_id']}/export?format=csv&reason={EVIL}")
    signed = office.patch(f"/api/v1/rights/{known['right_id']}", json={"goods": "cua"})
    done = [one.status_code for one in (changed, named, asked, signed)]
    assert done == [200, 200, 200, 200]
    refused = {"first_code": known["code"], "last_code": known["code"], "lot_id": known["lot_id"]}
    assert owned.post("/api/v1/spans/activate", json=refused).status_code == 409
    people = (visit(page=one) for one in (cast.owner, cast.outsider, cast.officer))
    return World(known, *people)


def shown(world: World, path: str) -> int:
    """Return how many rows the page of a list shows."""
    answer = world.reader(path).get(f"{path.format(**world.ids)}?state=&limit=200")
    assert answer.status_code == 200, path
    assert "file=xlsx" in answer.text, path
    page = re.sub(r"<(thead|tfoot)>.*?</\1>", "", answer.text, flags=re.DOTALL)
    return len(re.findall(LISTS[path], page))


def cells_of(workbook: bytes) -> list[Any]:
    sheet = load_workbook(BytesIO(workbook)).active
    assert sheet is not None
    return [cell for row in sheet.iter_rows() for cell in row]


def test_every_list_is_had_whole_as_a_file_without_formulas_and_personal_numbers(
    world: World,
) -> None:
    named = 0
    told = world.officer.get(f"/office/entities/{world.ids['entity_id']}/history").text
    assert HUSHED in told
    assert CALLED in told
    for path in LISTS:
        whole = world.file(path, FileKind.JSON).decode()
        assert HUSHED not in whole, path
        assert CALLED not in whole, path
        rows = json.loads(whole)
        assert len(rows) == shown(world, path) * TIMES.get(path, 1) > 0, path
        texts = [value for row in rows for value in row.values() if isinstance(value, str)]
        evil = [text for text in texts if text.startswith(("=", "+"))]
        named += bool(evil)

        lines = list(csv.reader(StringIO(world.file(path, FileKind.CSV).decode("utf-8-sig"))))
        assert len(lines) == len(rows) + 1 + GROWING.get(path, 0), path
        held = [cell for line in lines for cell in line if cell.startswith(("'=", "'+"))]
        assert sorted(held) == sorted(f"'{text}" for text in evil), path
        assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@"))]

        cells = cells_of(world.file(path, FileKind.XLSX))
        assert not [cell for cell in cells if cell.data_type == "f"], path
        spoken = [cell.value for cell in cells if str(cell.value).startswith(("=", "+"))]
        assert sorted(spoken) == sorted(evil), path
    assert named > len(LISTS) / 2


@pytest.mark.on("sqlite")
def test_who_does_not_see_a_list_gets_no_file_and_an_owners_holds_own_records_only(
    world: World,
) -> None:
    told = set()
    for path in LISTS:
        address = path.format(**world.ids)
        for who, foreign in ((world.owner, SECRET), (world.outsider, EVIL)):
            seen, had = who.get(address), who.get(f"{address}?file=json")
            assert had.status_code == seen.status_code, path
            assert foreign not in had.text or path in FOR_EVERYBODY, path
        told |= {path} if SECRET in world.file(path, FileKind.JSON).decode() else set()
    assert len(told) > 5


@pytest.mark.on("sqlite")
def test_a_list_is_walked_there_and_back(world: World) -> None:
    walked = 0
    for path in LISTS:
        reader, first = world.reader(path), f"{path.format(**world.ids)}?limit=1&state="
        pages = [reader.get(first).text]
        for way in ("Trang sau", "Trang trước"):
            link = re.search(rf'href="([^"]+)">{way}<', pages[-1])
            if link:
                pages.append(reader.get(unescape(link[1])).text)
        if len(pages) > 1:
            start, second, again = (
                re.sub(r'href="[^"]*"', "", without_once(page)) for page in pages
            )
            assert start == again != second, path
            walked += 1
    assert walked > 12


def test_every_route_that_gives_a_file_is_in_the_table() -> None:
    given = {
        route.path_format
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and any(one.alias == "file" for one in route.dependant.query_params)
    }
    assert given == set(LISTS)


def test_a_list_with_further_pages_is_had_as_a_file_and_has_a_way_back() -> None:
    templates = {path: path.read_text(encoding="utf-8") for path in APP.glob("*/templates/*.html")}
    long = {path: text for path, text in templates.items() if "f.more(" in text}
    assert len(long) > 15
    # A lot's diary is a part of its page, and is had as data by `/api/v1/lots/{id}/entries`.
    diaries = {"diary/templates/lot.html", "diary/templates/office_lot.html"}
    for path, text in long.items():
        assert "f.files()" in text or path.relative_to(APP).as_posix() in diaries, path
        assert re.search(r"f\.more\([^)]*,", text), path
