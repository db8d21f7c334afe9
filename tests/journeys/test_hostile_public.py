"""What stands open to the world, tried by who means ill, on both databases."""

import asyncio
import json
import logging
import re
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, func, select

from app.identity.models import Idempotency
from app.kit import asgi, i18n, pace
from app.kit.db import Database
from app.kit.guesses import Guesses
from app.kit.i18n import choose_language
from app.lookup import negotiation
from app.lookup.glance_access import Lookout
from app.lookup.gs1_shelf import MOST, GtinShelf
from app.lookup.guess_access import PER_MINUTE
from app.lookup.negotiation import weighted
from app.oversight.models import Report
from app.oversight.turns import HOUR, Turns
from app.products.models import Product
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import GTIN, PHONE, Scene, counter, gs1, keyring, scene
from tests.lookup.test_guessing import asked_of, guess

__all__ = ["counter", "gs1", "keyring", "scene"]

EVIL = {
    "host": "evil.test",
    "x-forwarded-host": "evil.test",
    "x-forwarded-for": "198.51.100.7",
    "forwarded": "for=198.51.100.7;host=evil.test",
}
BAD = '</script><svg onload=alert(1)>"]]>&lt;{{7*7}}<!--code-->'
# What is another each time it is asked for.
PASSING = re.compile(rb'name="token" value="[^"]*"|[0-9a-f]{16}')


def paths_of(scene: Scene) -> list[str]:
    """Return an address of every kind that anybody may open."""
    product, code = scene.product.id, scene.active
    return [
        *("/", "/products", "/products/", "/recalls/", "/nothing", "/report", "/sitemap.xml"),
        *("/entities", "/recalls", "/?code=nothing", "/report/23456-789BC", "/e/0", "/l/0", "/p/0"),
        *(f"/t/{code}", "/t/nothing", f"/T/{code}/", f"/t/{code}?linkType=all"),
        *(f"/p/{product}", f"/p/{product}/serial/x", f"/p/{product}?linkType=gs1:pip"),
        *(f"/e/{scene.cast.entity.id}", f"/l/{scene.lot.id}", f"/p/{product}/card.png"),
        *(f"/01/{GTIN}/21/{code}", f"/01/{GTIN}", "/01/1", "/.well-known/gs1resolver"),
        *(f"/badge/{product}", f"/badge/{product}.svg", f"/badge/{2**63}.svg", "/badge/x.json"),
        *(f"/oembed?url=https://ocop.test/p/{product}", "/oembed?url=https://evil.test/p/1"),
        *(f"/api/v1/verify/{code}", f"/api/v1/verify/products/{product}", "/api/v1/verify/x"),
        f"/report?about=product&id={product}",
    ]


def told(answer: httpx.Response) -> tuple[object, ...]:
    headers = {k: v for k, v in answer.headers.items() if k not in {"x-request-id", "ratelimit"}}
    return answer.status_code, PASSING.sub(b"", answer.content), headers


def test_neither_a_session_nor_a_made_up_host_changes_what_is_public(
    gs1: Scene, visit: Visit
) -> None:
    nobody, officer = visit(), visit(page=gs1.cast.officer)
    for path in paths_of(gs1):
        # Of two plain ones the second may go the short way.
        nobody.get(path)
        plain = nobody.get(path)
        assert told(officer.get(path)) == told(plain), path
        led_astray = nobody.get(path, headers=EVIL)
        assert told(led_astray) == told(plain), path
        assert "set-cookie" not in plain.headers, path
        assert plain.headers.get("location", "/").startswith(("/", "https://ocop.test/")), path
    assert nobody.get("/products/?q=a").headers["location"] == "/products?q=a"
    assert nobody.get("https://ocop.test//evil.test//products/").status_code == 404


def test_no_way_leads_round_the_limit_of_guesses(
    gs1: Scene, visit: Visit, connection: Connection
) -> None:
    reader = visit()
    for number in range(PER_MINUTE):
        path = f"/t/{guess(number)}?linkType=all" if number % 2 else f"/t/{guess(number)}"
        assert reader.get(path, headers={"user-agent": PHONE}).status_code == 404
    wrong = [guess(number) for number in range(99)]
    serial = f"/01/{GTIN}/21/{wrong[0]}"
    with asked_of(connection.engine) as asked:
        for path in (f"/t/{wrong[0]}", f"/t/{wrong[0]}?linkType=all", serial, f"{serial}?linkType"):
            assert reader.get(path, headers=EVIL).status_code == 429, path
        tried = reader.post("/api/v1/verify", json={"codes": ["TEST-ACTIVE", *wrong]})
        assert (tried.status_code, int(tried.headers["retry-after"]) > 0) == (429, True)
    # One transaction that asks how far numbers are given out, and nothing of any code.
    assert asked.statements <= 5
    with asked_of(connection.engine) as alone:
        reader.post("/api/v1/verify", json={"codes": [gs1.active]})
    with asked_of(connection.engine) as mixed:
        answer = reader.post("/api/v1/verify", json={"codes": [gs1.active, *wrong]})
    verdicts = [one["verdict"] for one in answer.json()["results"]]
    assert verdicts == ["active_first", *["unknown"] * 99]
    assert mixed.statements <= alone.statements
    assert reader.get(f"/t/{gs1.active}?linkType=all").status_code == 200


def test_what_producers_write_stays_text_in_every_form(gs1: Scene, visit: Visit) -> None:
    def rename(db: object) -> None:
        product = db.get_one(Product, gs1.product.id)  # type: ignore[attr-defined] # a session
        product.name = product.brand = BAD

    gs1.change(rename)
    reader, product = visit(), gs1.product.id
    for path in paths_of(gs1):
        page = reader.get(path)
        kind = page.headers.get("content-type", "")
        if "html" in kind:
            assert "<svg onload" not in page.text, path
            for block in re.findall(r"ld\+json\">(.*?)</script>", page.text, re.DOTALL):
                json.loads(block)
    drawn = ET.fromstring(reader.get(f"/badge/{product}.svg").text)  # noqa: S314 - our own
    assert not [one for one in drawn.iter() if "script" in one.tag or one.get("onload")]
    embed = reader.get(f"/oembed?url=https://ocop.test/p/{product}").json()
    frame = ET.fromstring(embed["html"].replace(" allowfullscreen", ""))  # noqa: S314 - our own
    assert set(frame.attrib) == {"src", "width", "height", "title", "loading", "style"}
    links = reader.get(f"/p/{product}", headers={"accept": "application/linkset+json"})
    assert BAD in json.dumps(links.json(), ensure_ascii=False).replace('\\"', '"')
    for path in (f"/p/{product}?linkType=all", f"/01/{GTIN}?linkType=all"):
        assert "onload" not in reader.get(path).headers["link"]


def test_the_lines_of_the_log_tell_nothing_of_what_was_asked(
    gs1: Scene, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    reader, written = visit(), asgi.JsonLines()
    form = {"about": "shop", "url": "https://shop-xyz.test/a", "trouble": "listing", "token": "t"}
    form["text"] = "Gọi cho tôi 0912345678"
    with caplog.at_level(logging.INFO):
        for path in paths_of(gs1):
            reader.get(path, headers=EVIL)
        for number in range(PER_MINUTE + 2):
            reader.get(f"/t/{guess(number)}", headers=EVIL)
        sent = reader.post("/report", data=form, headers={"origin": "https://ocop.test"})
        assert sent.status_code == 303, sent.text
        reference = sent.headers["location"].removeprefix("/report/")[:11]
        assert reader.get(f"/report/{reference}").status_code == 200
        reader.post("/api/v1/verify", json={"codes": [gs1.active, "x"]})
    lines = "\n".join(
        written.format(record) for record in caplog.records if record.name.startswith("ocop")
    )
    asked = (gs1.active, guess(3), reference, "0912345678", "shop-xyz", GTIN, "198.51", "127.0.0.1")
    assert [one for one in asked if one in lines] == []
    assert '"route":' in lines.replace('": ', '":')


def test_a_flood_of_reports_ends_and_a_forged_one_is_not_kept(gs1: Scene, visit: Visit) -> None:
    reader = visit()
    form = {"about": "product", "product_id": str(gs1.product.id), "trouble": "other"}
    form |= {"text": "Mười chữ trở lên"}
    answers = [
        reader.post(
            "/report", data=form | {"token": str(number)}, headers=EVIL | {"host": "ocop.test"}
        )
        for number in range(60)
    ]
    assert [one.status_code for one in answers].count(303) == 5
    assert answers[-1].status_code == 429
    forged = reader.post("/report", data=form, headers={"origin": "https://evil.test"})
    assert forged.status_code == 403
    for field, value in (("product_id", str(2**63)), ("product_id", "-1"), ("url", "javascript:1")):
        assert visit().post("/report", data=form | {field: value}).status_code in {404, 422, 429}

    def count(db: object) -> None:
        assert db.scalar(select(func.count()).select_from(Report)) == 5  # type: ignore[attr-defined] # a session

    gs1.change(count)


def test_pictures_of_badges_wait_for_each_other_and_no_scan_for_them(
    gs1: Scene, visit: Visit, app: FastAPI
) -> None:
    reader = visit().http

    async def flood() -> tuple[bool, int, int]:
        await app.state.drawing.acquire()
        badge = asyncio.create_task(reader.get(f"/badge/{gs1.product.id}/square.png"))
        done, _ = await asyncio.wait([badge], timeout=0.3)
        scan = await reader.get(f"/t/{gs1.active}")
        app.state.drawing.release()
        return bool(done), scan.status_code, (await badge).status_code

    assert asyncio.run(flood()) == (False, 200, 200)


def test_nobody_waits_for_ever_for_a_glance_that_broke(database: Database) -> None:
    async def see() -> None:
        broken: Any = "no looker at all"
        await asyncio.wait_for(Lookout(database).see(broken), timeout=60)

    with pytest.raises((TypeError, ValueError)):
        asyncio.run(see())


def test_a_report_by_the_api_names_nobody_who_was_signed_in(
    gs1: Scene, visit: Visit, database: Database
) -> None:
    officer = gs1.cast.officer
    told = {"about": "other", "trouble": "other", "text": "Mười chữ trở lên"}
    sent = [
        client.post("/api/v1/reports", json=told, headers={"idempotency-key": "r-1"})
        for client in (visit(api=officer), visit(page=officer), visit())
    ]
    assert [one.status_code for one in sent] == [201] * 3, sent[0].text
    # The key tells the same form sent twice, whoever sends it.
    assert len({one.json()["reference"] for one in sent}) == 1
    with database.begin(write=False) as db:
        assert db.scalar(select(func.count()).select_from(Report)) == 1
        assert db.scalar(select(func.count()).select_from(Idempotency)) == 0


def test_nothing_that_is_remembered_of_strangers_grows_without_end(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    guesses, turns, held = Guesses(1, most=50), Turns(2), pace.Pace()
    monkeypatch.setattr("app.oversight.turns._MOST_NETWORKS", 50)
    monkeypatch.setattr(pace, "_MOST_ASKING", 50)
    for number in range(200):
        guesses.take(f"n{number}", make.NOW)
        turns.take(f"n{number}", make.NOW)
        turns.wait(f"w{number}", make.NOW)
        held.take(f"n{number}", limit=1, now=make.NOW)
    assert len(guesses._levels) == 50  # noqa: SLF001 - what is held is the point here
    assert len(turns._taken) == 50  # noqa: SLF001 - as above
    assert len(held._counts) == 50  # noqa: SLF001 - as above
    assert held.take("n199", limit=1, now=make.NOW) is None
    turns.take("later", make.NOW + HOUR)
    assert len(turns._taken) == 1  # noqa: SLF001 - as above
    shelf = GtinShelf()
    for number in range(MOST + 10):
        shelf.put_target(f"/01/{number}", "/p/1", now=make.NOW)
    assert len(shelf._targets) <= MOST  # noqa: SLF001 - as above
    long = "x" * 100_000
    for cached in (i18n._preferred, negotiation._weighted):  # noqa: SLF001 - as above
        cached.cache_clear()
    assert (choose_language(long, f"en,{long}"), choose_language(None, f"en,{long}y")) == (
        "en",
    ) * 2
    assert weighted(f"en,{long}") == weighted(f"en,{long}y")
    assert i18n._preferred.cache_info().currsize == 1  # noqa: SLF001 - as above
    assert negotiation._weighted.cache_info().currsize == 1  # noqa: SLF001 - as above
    before = asgi._figures_of.cache_info().currsize  # noqa: SLF001 - as above
    reader = visit()
    for number in range(40):
        reader.request(f"M{number}", f"/made-up-{number}/x?y={number}")
    assert asgi._figures_of.cache_info().currsize <= before + 2  # noqa: SLF001 - as above
