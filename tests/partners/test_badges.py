"""Badges: what they say, how big they are, and that they turn by themselves."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image

from app.diary.notice_actions import recall_lot
from app.kit.db import Database
from app.kit.i18n import Language
from app.lookup.public_access import POLICY
from app.partners.badge_drawing import draw_svg
from app.partners.badges import COLOURS, BadgeFacts, BadgeState, Tone, face_of, state_of
from app.products.models import OcopCertificate, Product
from app.products.rules import CertificateFacts, CertificateLine, CertificateStatus
from app.wiring import words
from tests import make
from tests.conftest import Cast, Clock, Visit

DAY = date(2026, 3, 10)
LINE = CertificateLine(
    certificate=CertificateFacts(
        id=1, stars=4, decision_no="1", valid_from=date(2025, 1, 1), valid_to=date(2027, 12, 31)
    ),
    status=CertificateStatus.VALID,
    since=date(2025, 1, 1),
    valid_when_made=None,
)
PLAIN = BadgeFacts(
    product_id=7,
    product="Tôm khô <b>",
    entity="HTX Rạch Gốc",
    own_code="",
    retired=False,
    recalled=False,
    held=False,
    some_recalled=False,
    certificate=LINE,
    badges=(),
)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, BadgeState.IN_FORCE),
        ({"certificate": None}, BadgeState.RECORDED),
        ({"certificate": replace(LINE, status=CertificateStatus.EXPIRED)}, BadgeState.EXPIRED),
        ({"certificate": replace(LINE, status=CertificateStatus.REVOKED)}, BadgeState.REVOKED),
        ({"certificate": replace(LINE, status=CertificateStatus.NOT_YET)}, BadgeState.RECORDED),
        ({"some_recalled": True}, BadgeState.SOME_RECALLED),
        ({"retired": True, "some_recalled": True}, BadgeState.ENDED),
        ({"held": True, "retired": True}, BadgeState.ON_HOLD),
        ({"held": True, "recalled": True}, BadgeState.RECALLED),
    ],
)
def test_a_badge_says_the_gravest_first(change: dict[str, Any], state: BadgeState) -> None:
    assert state_of(replace(PLAIN, **change)) is state


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tone", Tone)
def test_its_colours_can_be_told_apart(tone: Tone) -> None:
    ink, paper, _ = COLOURS[tone]
    assert contrast(ink, paper) >= 4.5


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_longest_badge_is_small_and_sound_and_says_its_state_in_words(
    language: Language,
) -> None:
    facts = replace(PLAIN, product="Ỡ&<\"'" * 60, entity="Ỡ" * 200)
    face = face_of(facts, day=DAY, words=words()[language])
    drawn = draw_svg(face, host="tem.camau.gov.vn")
    assert len(drawn.encode()) <= 3 * 1024
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by us a line above
    assert (root.get("width"), root.get("height")) == ("320", "84")
    assert face.message in str(root.get("aria-label"))
    assert "href" not in drawn
    held = [int(text.get("textLength", 0)) for text in root.iter() if text.get("x") == "60"]
    assert 0 < max(held) <= 320 - 72, "in wider letters than ours a line would leave the badge"


@pytest.fixture
def product(database: Database, cast: Cast) -> int:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô đất")
        db.add(
            OcopCertificate(
                product_id=product.id,
                stars=4,
                decision_no="12/QĐ",
                issuer="UBND tỉnh",
                valid_from=make.NOW.date() - timedelta(days=300),
                valid_to=make.NOW.date() + timedelta(days=10),
            )
        )
        return product.id


def test_it_turns_by_itself_when_its_certificate_ends(
    visit: Visit, clock: Clock, product: int
) -> None:
    shop = visit()
    fresh = shop.get(f"/badge/{product}.svg")
    assert fresh.headers["content-type"] == "image/svg+xml"
    assert fresh.headers["access-control-allow-origin"] == "*"
    assert "OCOP 4 sao" in fresh.text
    named = {"if-none-match": fresh.headers["etag"]}
    assert shop.get(f"/badge/{product}.svg", headers=named).status_code == 304
    clock.now += timedelta(days=11)
    later = shop.get(f"/badge/{product}.svg", headers=named)
    assert later.status_code == 200
    assert "Giấy chứng nhận OCOP đã hết hạn" in later.text
    shield = shop.get(f"/badge/{product}.json?lang=en").json()
    assert shield["schemaVersion"] == 1
    assert shield["message"].startswith("OCOP certificate expired · Since ")
    assert shield["color"] == "lightgrey"


def test_a_recall_shows_within_the_time_a_badge_may_be_kept(
    visit: Visit, database: Database, cast: Cast, product: int
) -> None:
    shop = visit()
    kept = shop.get(f"/badge/{product}.svg").headers["cache-control"]
    assert sum(map(int, re.findall(r"=(\d+)", kept))) <= 300
    with database.begin() as db:
        lot = make.lot(db, of=db.get_one(Product, product))
        recall_lot(db, actor=cast.officer.actor, now=make.NOW, lot_id=lot.id, reason="Kiểm nghiệm")
    assert "Đang thu hồi sản phẩm của một số lô" in shop.get(f"/badge/{product}.svg").text


def test_pictures_have_their_size_and_the_plain_one_leads_nowhere(
    visit: Visit, product: int
) -> None:
    shop, sizes = visit(), {}
    for path in (".png", "/square.png", "/square.png?plain=1"):
        answer = shop.get(f"/badge/{product}{path}")
        assert answer.headers["content-type"] == "image/png"
        picture = Image.open(BytesIO(answer.content)).convert("RGB")
        sizes[path] = picture.size
        found = [one.text for one in zxingcpp.read_barcodes(picture)]
        assert found == ([f"https://ocop.test/p/{product}"] if path == "/square.png" else [])
    assert sizes == {
        ".png": (640, 168),
        "/square.png": (1000, 1000),
        "/square.png?plain=1": (1000, 1000),
    }


def test_the_frame_is_small_and_may_be_shown_anywhere(visit: Visit, product: int) -> None:
    frame = visit().get(f"/badge/{product}")
    assert len(frame.content) <= 10 * 1024
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in POLICY
    assert "OCOP 4 sao" in frame.text
    assert "set-cookie" not in frame.headers


def test_what_is_no_product_has_no_badge(visit: Visit) -> None:
    shop = visit()
    for one in ("999999", "x", "0", "-1", "00000000", "9" * 30, "%00"):
        for kind in ("", ".svg", ".png", ".json", "/square.png"):
            assert shop.get(f"/badge/{one}{kind}").status_code == 404


def test_oembed_gives_the_frame_for_own_pages_only(visit: Visit, product: int) -> None:
    shop, page = visit(), f"https://ocop.test/p/{product}"
    told = shop.get("/oembed", params={"url": page}).json()
    assert (told["type"], told["version"], told["width"]) == ("rich", "1.0", 336)
    assert f"https://ocop.test/badge/{product}?lang=vi" in told["html"]
    small = shop.get("/oembed", params={"url": page, "maxwidth": 200}).json()
    assert small["type"] == "link"
    assert "html" not in small
    for url in (
        "https://evil.example/p/1",
        f"https://ocop.test.evil.example/p/{product}",
        f"http://ocop.test/p/{product}",
        "https://ocop.test/p/",
        "https://ocop.test/office/products/1",
        "https://ocop.test/p/999999",
        "https://[",
        "javascript:alert(1)",
    ):
        answer = shop.get("/oembed", params={"url": url})
        assert answer.status_code == 404, url
        assert answer.headers["content-type"] == "application/problem+json"
    assert shop.get("/oembed", params={"url": page, "format": "xml"}).status_code == 501


def test_a_products_page_tells_where_its_oembed_is(visit: Visit, product: int) -> None:
    page = visit().get(f"/p/{product}").text
    found = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)
    assert found is not None
    told = visit().get(found[1].replace("&amp;", "&")).json()
    assert "Tôm khô đất" in told["title"]


def test_producers_find_their_badge_with_lines_to_copy(
    visit: Visit, cast: Cast, product: int
) -> None:
    page = visit(page=cast.owner).get(f"/app/products/{product}/badge")
    assert page.status_code == 200
    assert f"https://ocop.test/badge/{product}.svg?lang=vi" in page.text
    assert visit(page=cast.outsider).get(f"/app/products/{product}/badge").status_code == 404
    assert visit(page=cast.officer).get(f"/office/products/{product}/badge").status_code == 200
