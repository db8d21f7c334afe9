"""The public form: no account, no cookie, one report a form, and a reference to follow it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select

from app.diary.photo_actions import sweep_photos
from app.kit.db import Database
from app.oversight.models import Report
from app.oversight.queries import named_photos
from app.oversight.report_actions import Told, send_report
from app.oversight.rules import About, Traced, Trouble
from app.oversight.turns import HOUR, Turns
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

TEXT = "Tem bị photo lại, dán trên gói tôm không nhãn"
FORM = {"about": "other", "trouble": "copied", "text": TEXT, "place": "Chợ Năm Căn", "token": "t"}


@pytest.fixture
def stranger(visit: Visit) -> Client:
    return visit()


def reports(database: Database) -> list[Report]:
    with database.begin(write=False) as db:
        return list(db.scalars(select(Report).order_by(Report.id)))


def send(client: Client, **facts: Any) -> httpx.Response:  # noqa: ANN401 - fields of the form
    files = {"photo": facts.pop("photo")} if "photo" in facts else None
    return client.post("/report", data={**FORM, **facts}, files=files)


def test_a_report_about_a_stamp_is_linked_and_followed_by_its_reference(
    app: FastAPI, database: Database, stranger: Client, cast: Cast
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring)
        code = make.code(batch, 1, keyring=app.state.keyring)
    shown = stranger.get(f"/report?about=stamp&code={code}")
    assert shown.status_code == 200
    assert "set-cookie" not in shown.headers
    assert "geolocation=(self)" in shown.headers["permissions-policy"]
    assert code in shown.text
    sent = send(stranger, about="stamp", code=f"https://x/t/{code.lower()}?a=b")
    assert sent.status_code == 303, sent.text
    [report] = reports(database)
    assert (report.subject, report.batch_id, report.product_id) == (code, batch.id, product.id)
    assert (report.entity_id, report.text, report.language) == (cast.entity.id, TEXT, "vi")
    place = sent.headers["location"].partition("?")[0]
    typed = place.rpartition("/")[2].replace("-", " ").lower()
    asked = stranger.get("/report", params={"reference": f" {typed}", "lang": "en"})
    assert asked.headers["location"] == f"{place}?lang=en"
    assert stranger.get("/report?reference=x/../y").status_code == 404
    followed = stranger.get(sent.headers["location"])
    assert followed.status_code == 200
    assert "geolocation=()" in followed.headers["permissions-policy"]
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", followed.text)
    assert TEXT not in followed.text
    assert "Chợ Năm Căn" not in followed.text


def test_a_report_about_a_product_or_a_listing_says_which(
    database: Database, stranger: Client, cast: Cast
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.other, name="Mắm ba khía Rạch Gốc")
    assert "Mắm ba khía Rạch Gốc" in stranger.get(f"/report?about=product&id={product.id}").text
    assert stranger.get("/report?about=product&id=999999999").status_code == 404
    assert send(stranger, about="product", product_id=product.id).status_code == 303
    url = "https://shop.example/mam?id=7"
    assert url.replace("&", "&amp;") in stranger.get(f"/report?about=shop&url={url}&lang=en").text
    assert send(stranger, about="shop", url=url).status_code == 303
    first, second = reports(database)
    assert (first.product_id, first.entity_id) == (product.id, cast.other.id)
    assert (second.about, second.subject, second.entity_id) == ("shop", url, None)
    assert send(stranger, about="shop", url="javascript:alert(1)").status_code == 422
    assert send(stranger, about="stamp").status_code == 422
    assert send(stranger, about="product", product_id=999999999).status_code == 404
    assert len(reports(database)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "quá ngắn"},
        {"text": "x" * 2001},
        {"text": "Tem giả \u202e bị đảo chữ"},
        {"place": "Chợ\u200b Năm Căn"},
        {"trouble": "nonsense"},
        {"latitude": "9.1"},
        {"latitude": "91", "longitude": "0"},
        {"latitude": "nan", "longitude": "0"},
        {"about": "house"},
    ],
)
def test_a_wrong_field_keeps_what_was_written_and_saves_nothing(
    database: Database, stranger: Client, wrong: dict[str, str]
) -> None:
    answer = send(stranger, **wrong)
    assert answer.status_code == 422
    kept = {"text": TEXT, "place": "Chợ Năm Căn"} | wrong
    assert kept["place"] in answer.text
    assert kept["text"] in answer.text
    assert 'class="wrong"' in answer.text
    assert reports(database) == []


def test_a_form_sent_twice_is_one_report_and_a_changed_one_another(
    database: Database, stranger: Client
) -> None:
    first, second = send(stranger), send(stranger)
    assert first.headers["location"] == second.headers["location"]
    assert send(stranger, text=f"{TEXT}, ở cả hai sạp").status_code == 303
    assert len(reports(database)) == 2


def test_one_network_sends_five_an_hour_and_is_told_when_to_go_on(
    database: Database, stranger: Client, clock: Clock
) -> None:
    for number in range(5):
        assert send(stranger, token=str(number)).status_code == 303
    refused = send(stranger, token="6", text=f"{TEXT} lần sáu")
    assert refused.status_code == 429
    assert 3500 < int(refused.headers["retry-after"]) <= 3601
    assert f"{TEXT} lần sáu" in refused.text
    assert "gửi lại lúc 11:01" in refused.text
    by_program = stranger.post("/api/v1/reports", json={**FORM, "token": "7"})
    assert by_program.status_code == 429
    assert by_program.headers["content-type"] == "application/problem+json"
    # What was sent before is no new report, and is not counted.
    assert send(stranger, token="4").status_code == 303
    clock.now += timedelta(hours=1, seconds=1)
    assert send(stranger, token="6").status_code == 303
    assert len(reports(database)) == 6


def test_a_photo_is_written_anew_kept_and_seen_by_the_department_alone(
    app: FastAPI, database: Database, visit: Visit, stranger: Client, cast: Cast
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    raw = make.picture(exif=exif.tobytes())
    assert b"SECRET PLACE" in raw
    assert send(stranger, photo=("a.jpg", raw, "image/jpeg")).status_code == 303
    [report] = reports(database)
    path = f"/office/reports/{report.id}/photo"
    seen = visit(page=cast.inspector).get(path)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert seen.headers["cache-control"] == "private, no-store"
    assert b"SECRET PLACE" not in seen.content
    assert visit(page=cast.officer).get(f"{path}?small=1").headers["content-type"] == "image/webp"
    assert visit(page=cast.owner).get(path).status_code == 403
    assert stranger.get(path).status_code == 303
    with database.begin() as db:
        named = named_photos(db)
        assert named == {report.photo}
        much_later = datetime.now(UTC) + timedelta(days=40)
        sweep_photos(db, files=app.state.files, now=much_later, others=named)
    assert visit(page=cast.inspector).get(path).status_code == 200
    for public_path in (f"/photos/{report.photo}-1280.jpg", f"/pictures/{report.photo}-640.jpg"):
        assert stranger.get(public_path).status_code == 404


@pytest.mark.parametrize(
    "raw", [b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nbroken", make.picture("GIF"), b"%PDF-1.4"]
)
def test_a_file_that_is_no_picture_is_refused_beside_its_field(
    database: Database, stranger: Client, raw: bytes
) -> None:
    answer = send(stranger, photo=("a.jpg", raw, "image/jpeg"))
    assert answer.status_code == 422
    assert 'id="photo-wrong"' in answer.text
    assert TEXT in answer.text
    assert reports(database) == []


def test_another_site_can_not_send_the_form(database: Database, visit: Visit) -> None:
    for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = visit().post("/report", data=FORM, headers=headers)
        assert answer.status_code == 403
        told = visit().post("/api/v1/reports", json=FORM, headers=headers)
        assert told.status_code == 403
    assert reports(database) == []


def test_references_can_not_be_guessed_for_long(stranger: Client, clock: Clock) -> None:
    good = send(stranger).headers["location"]
    for number in range(20):
        assert stranger.get(f"/report/BCDFG-HJK{number:02}").status_code == 404
    refused = stranger.get(good)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 3500
    clock.now += timedelta(hours=1, seconds=1)
    reference = re.search(r"/report/([0-9A-Z]{5})-([0-9A-Z]{5})", good)
    assert reference
    assert stranger.get(f"/report/{reference[1]}{reference[2]}").status_code == 200
    assert stranger.get(f"/report/{reference[1].lower()} {reference[2]}").status_code == 200


def test_a_program_sends_a_report_once_and_reads_no_other(
    database: Database, visit: Visit, cast: Cast
) -> None:
    client = visit()
    body = {key: value for key, value in FORM.items() if key != "token"}
    first, again = (
        client.post("/api/v1/reports", json=body, headers={"Idempotency-Key": "a"})
        for _ in range(2)
    )
    assert (first.status_code, first.json()) == (201, again.json())
    assert client.get(first.json()["url"]).status_code == 200
    assert client.post("/api/v1/reports", json=body).status_code == 201
    assert len(reports(database)) == 2
    assert client.post("/api/v1/reports", json={**body, "state": "closed"}).status_code == 422
    assert client.get("/api/v1/reports").status_code == 401
    assert visit(api=cast.owner).get("/api/v1/reports").status_code == 403
    listed = visit(api=cast.inspector).get("/api/v1/reports?q=photo lại&limit=1").json()
    assert [one["text"] for one in listed["items"]] == [TEXT]
    assert listed["next"]


def test_of_two_taps_at_once_the_later_finds_the_first(database: Database) -> None:
    """Both looked for an earlier report and found none; the database knows better."""
    told = Told(about=About.OTHER, trouble=Trouble.OTHER, text=TEXT).checked()
    facts: dict[str, Any] = {"traced": Traced(""), "photo": "", "language": "vi"}
    with database.begin() as db:
        first, second = (
            send_report(db, told=told, sent_hash="s", random=mark * 16, now=make.NOW, **facts)
            for mark in (b"a", b"b")
        )
        assert (first.id, first.reference) == (second.id, second.reference)
    assert len(reports(database)) == 1


def test_turns_come_back_one_by_one_and_networks_are_forgotten() -> None:
    turns, now = Turns(2), make.NOW
    assert turns.take("a", now) is None
    assert turns.take("a", now + HOUR / 2) is None
    assert turns.take("a", now + HOUR / 2) == 1801
    assert turns.take("b", now + HOUR / 2) is None
    assert turns.take("a", now + HOUR) is None
    assert turns.wait("a", now + HOUR) == 1801
    for number in range(50):
        turns.take(str(number), now + 3 * HOUR)
    assert turns.take("a", now + 5 * HOUR) is None
    assert len(turns._taken) == 1  # noqa: SLF001 - what is forgotten shows nowhere else
