import csv
import hashlib
import stat
from io import StringIO

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.stamps.codes import grouped
from app.stamps.print_actions import (
    Press,
)
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Issue, stored


def path(batch_id: int, **asked: object) -> str:
    query = {"format": "csv", "reason": "In lần đầu"} | asked
    return f"/api/v1/batches/{batch_id}/export?" + "&".join(f"{k}={v}" for k, v in query.items())


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_a_printed_pdf_holds_exactly_the_codes_of_the_list(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    batch_id, client = issue(50, gtin="09520001000010"), visit(api=cast.officer)
    listed = client.get(path(batch_id))
    assert listed.status_code == 200, listed.text
    rows = rows_of(listed.text)
    assert list(rows[0]) == ["code", "url", "number"]
    assert [int(row["number"]) for row in rows] == list(range(1, 51))
    printed = client.get(path(batch_id, format="pdf"))
    assert printed.headers["content-type"] == "application/pdf"
    seen = {
        code.text
        for page in pypdfium2.PdfDocument(printed.content)
        for code in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())
    }
    assert {one for one in seen if "/APP/" not in one.upper()} == {row["url"] for row in rows}
    # What is printed leads to the stamp's own page.
    assert all("/01/09520001000010/21/" in row["url"] for row in rows)
    for row in rows:
        led = visit().get(row["url"].removeprefix("HTTPS://OCOP.TEST"))
        assert led.status_code == 307
        page = visit().get(led.headers["location"].removeprefix("https://ocop.test"))
        assert page.status_code == 200
        assert grouped(row["code"]) in page.text


def test_a_repeated_export_is_the_same_file_and_the_same_record(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    batch_id, client = issue(90), visit(api=cast.officer)
    first = client.get(path(batch_id, format="pdf", preset=24))
    again = visit(api=cast.approver).get(path(batch_id, format="pdf", preset=24))
    assert first.content == again.content
    sha256 = hashlib.sha256(first.content).hexdigest()
    assert first.headers["x-content-sha256"] == again.headers["x-content-sha256"] == sha256
    assert first.headers["etag"] == f'"{sha256}"'
    assert "attachment" in first.headers["content-disposition"]
    (record,) = client.get(f"/api/v1/batches/{batch_id}/exports").json()
    assert (record["sha256"], record["size"]) == (sha256, len(first.content))
    assert (record["state"], record["done"], record["count"]) == ("ready", 90, 90)
    assert client.get(path(batch_id, format="pdf", preset=24, reason="Khác")).status_code == 200
    assert len(client.get(f"/api/v1/batches/{batch_id}/exports").json()) == 2


def test_a_list_is_one_record_whatever_sheet_was_named(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    batch_id, client = issue(5), visit(api=cast.officer)
    client.get(path(batch_id, preset=24))
    client.get(path(batch_id, preset=84))
    assert len(client.get(f"/api/v1/batches/{batch_id}/exports").json()) == 1


def test_first_and_count_select_running_numbers(visit: Visit, cast: Cast, issue: Issue) -> None:
    batch_id, client = issue(100), visit(api=cast.officer)
    whole = rows_of(client.get(path(batch_id)).text)
    assert rows_of(client.get(path(batch_id, first=11, count=7)).text) == whole[10:17]
    assert rows_of(client.get(path(batch_id, first=98)).text) == whole[97:]


def test_what_leaves_is_on_the_audit_trail_with_its_hash(
    visit: Visit, cast: Cast, issue: Issue, database: Database
) -> None:
    batch_id = issue(8)
    sent = visit(api=cast.officer).get(path(batch_id, first=3))
    with database.begin(write=False) as db:
        events = list(
            db.scalars(
                select(AuditEvent)
                .where(AuditEvent.subject_kind == "export")
                .order_by(AuditEvent.seq)
            )
        )
    assert [event.action for event in events] == ["export.ask", "export.made", "export.fetch"]
    fetch = events[-1]
    assert fetch.actor_id == cast.officer.account_id
    assert fetch.after == {
        "batch": batch_id,
        "format": "csv",
        "form": "short",
        "preset": "",
        "first": 3,
        "count": 6,
        "reason": "In lần đầu",
        "sha256": sent.headers["x-content-sha256"],
    }
    assert rows_of(sent.text)[0]["code"] not in str([event.after for event in events])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "%20%20"}, "reason"),
        ({"reason": "a%E2%80%AEb"}, "reason"),
        ({"format": "doc"}, "format"),
        ({"form": "long"}, "form"),
        ({"form": "gs1"}, "form"),
        ({"preset": "41"}, "preset"),
        ({"first": 0}, "first"),
        ({"first": 11}, "first"),
        ({"count": 0}, "first"),
        ({"count": 11}, "first"),
        ({"first": 10**30}, "first"),
        ({"count": "x"}, "count"),
    ],
)
def test_a_wrong_request_is_refused_and_leaves_nothing(
    visit: Visit, cast: Cast, issue: Issue, press: Press, wrong: dict[str, object], field: str
) -> None:
    batch_id, client = issue(10), visit(api=cast.officer)
    before = stored(press)
    refused = client.get(path(batch_id, **wrong))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert client.get(f"/api/v1/batches/{batch_id}/exports").json() == []
    assert stored(press) == before


def test_more_than_a_million_codes_do_not_fit_a_file(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    refused = visit(api=cast.officer).get(path(issue(1_000_001)))
    assert (refused.status_code, refused.json()["code"]) == (422, "stamps.too_many_codes")


def test_a_batch_has_no_codes_before_it_is_issued(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    client = visit(api=cast.officer)
    body = {"product_id": product.id, "quantity": 5, "reason": "Mới"}
    batch = client.post("/api/v1/batches", json=body)
    refused = client.get(path(batch.json()["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "stamps.not_issued")


def test_only_officers_see_codes(visit: Visit, cast: Cast, issue: Issue) -> None:
    batch_id = issue(3)
    code = rows_of(visit(api=cast.officer).get(path(batch_id)).text)[0]["code"]
    own = (path(batch_id), f"/api/v1/batches/{batch_id}/exports")
    for route in (*own, f"/api/v1/stamps/{code}/image.svg", f"/api/v1/stamps/{code}/image.png"):
        assert visit().get(route).status_code == 401
        for person in (cast.owner, cast.colleague, cast.inspector):
            assert visit(api=person).get(route).status_code == 403, route
    for route in own:
        assert visit(api=cast.outsider).get(route).status_code == 404


def test_head_makes_and_records_nothing(
    visit: Visit, cast: Cast, issue: Issue, press: Press, database: Database
) -> None:
    batch_id, client = issue(30), visit(api=cast.officer)
    before = stored(press)
    assert client.head(path(batch_id)).status_code == 404
    assert client.get(f"/api/v1/batches/{batch_id}/exports").json() == []
    assert stored(press) == before
    sent = client.get(path(batch_id))
    with database.begin(write=False) as db:
        events = len(list(db.scalars(select(AuditEvent.seq))))
    looked = client.head(path(batch_id))
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["x-content-sha256"] == sent.headers["x-content-sha256"]
    code = rows_of(sent.text)[0]["code"]
    assert client.head(f"/api/v1/stamps/{code}/image.svg").status_code == 200
    with database.begin(write=False) as db:
        assert len(list(db.scalars(select(AuditEvent.seq)))) == events


def test_files_of_codes_are_private_on_disk(
    visit: Visit, cast: Cast, issue: Issue, press: Press
) -> None:
    sent = visit(api=cast.officer).get(path(issue(3)))
    file = press.files.path(f"{sent.headers['x-content-sha256']}.csv")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (file.parent, press.files.root, press.files.root / "drafts"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_one_stamp_is_drawn_as_svg_and_png(visit: Visit, cast: Cast, issue: Issue) -> None:
    batch_id, client = issue(3), visit(api=cast.officer)
    row = rows_of(client.get(path(batch_id)).text)[1]
    svg = client.get(f"/api/v1/stamps/{row['code'].lower()}/image.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert svg.text.startswith("<svg")
    png = client.get(f"/api/v1/stamps/{row['code']}/image.png?preset=24")
    assert png.content.startswith(b"\x89PNG")
    assert client.get(f"/api/v1/stamps/{'0' * 20}/image.svg").status_code == 404
    assert client.get(f"/api/v1/stamps/{row['code']}/image.gif").status_code == 422
