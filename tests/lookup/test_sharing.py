"""What search engines and messengers are told of the pages."""

import json
import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI
from PIL import Image, ImageChops

from app.kit.db import Database
from app.lookup.card import SIZE, Card, draw, wrapped
from app.rights.models import UseRight
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene

pytestmark = pytest.mark.on("sqlite")

LONG = "Hợp tác xã Nông nghiệp Dịch vụ Nuôi trồng Chế biến Thủy sản Sinh thái Đất Mũi Ngọc Hiển"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def told(page: str) -> dict[str, Any]:
    """Return the facts in the page's one block of JSON-LD."""
    (block,) = BLOCK.findall(page)
    facts: dict[str, Any] = json.loads(block)
    return facts


def card(**facts: Any) -> Card:  # noqa: ANN401 - the fields of the record
    usual: dict[str, Any] = {
        "site": "OCOP · ocop.test",
        "name": "Tôm khô",
        "maker": "Hợp tác xã",
        "stars": 4,
        "stars_words": "OCOP 4 sao",
        "rights": ("Chỉ dẫn địa lý: Cà Mau",),
        "warning": "",
        "photo": "",
    }
    return Card(**(usual | facts))


def test_a_page_describes_the_product_and_what_of_it_is_in_force(
    scene: Scene, visit: Visit, app: FastAPI, database: Database
) -> None:
    for path in (f"/p/{scene.product.id}", f"/t/{scene.active}", f"/l/{scene.lot.id}"):
        facts = told(visit().get(path).text)
        assert (facts["@type"], facts["name"]) == ("Product", scene.product.name)
        assert facts["url"] == f"https://ocop.test/p/{scene.product.id}"
        assert facts["manufacturer"]["@id"] == f"https://ocop.test/e/{scene.cast.entity.id}"
        assert "telephone" not in facts["manufacturer"]
        stars, right = facts["hasCertification"]
        assert stars["certificationRating"] == {
            "@type": "Rating",
            "ratingValue": 4,
            "bestRating": 5,
        }
        assert (stars["expires"], stars["issuedBy"]["name"]) == ("2028-01-15", "UBND tỉnh Cà Mau")
        assert right["name"] == "Chỉ dẫn địa lý: Cà Mau"
        assert scene.active not in json.dumps(facts)
    with database.begin() as db:
        db.query(UseRight).update({"ended_on": make.TODAY})
    app.state.shelf.follow(10**9, [(None, 10**9)])
    ended = told(visit().get(f"/p/{scene.product.id}?lang=en").text)
    assert [one["name"] for one in ended["hasCertification"]] == ["OCOP 4 stars"]


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "<!--count-->", "a\u2028b & <b>", '"}]}']
)
def test_no_name_breaks_out_of_the_description(
    scene: Scene, visit: Visit, database: Database, name: str
) -> None:
    with database.begin() as db:
        db.merge(scene.product).name = name
    for path in (f"/t/{scene.active}", f"/p/{scene.product.id}"):
        page = visit().get(path).text
        assert told(page)["name"] == name
        assert page.count("<script") == 1
    maker = visit().get(f"/e/{scene.cast.entity.id}").text
    assert told(maker)["@type"] == "Organization"


def test_a_shared_link_has_a_title_a_picture_and_never_a_verdict(
    scene: Scene, visit: Visit
) -> None:
    for path in (f"/t/{scene.active}", f"/p/{scene.product.id}", f"/l/{scene.lot.id}"):
        head = visit().get(path).text.partition("</head>")[0]
        assert f'<meta property="og:title" content="{scene.product.name}">' in head
        picture = re.search(r'<meta property="og:image" content="https://ocop.test([^"]+)">', head)
        assert picture
        assert picture[1] == f"/p/{scene.product.id}/card.png?lang=vi"
        assert not re.search(r"og:\w+\" content=\"[^\"]*(kích hoạt|thu hồi)", head)


def test_the_card_is_drawn_once_and_anew_when_the_product_changes(
    scene: Scene, visit: Visit, app: FastAPI, database: Database
) -> None:
    path, files = f"/p/{scene.product.id}/card.png", app.state.files
    first = visit().get(path, headers={"user-agent": PHONE})
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert Image.open(BytesIO(first.content)).size == SIZE
    assert first.headers["cache-control"] == "public, max-age=300"
    kept = set(files.root.rglob("*.png"))
    again = visit().get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert visit().get(path).content == first.content
    assert set(files.root.rglob("*.png")) == kept
    other = visit().get(f"{path}?lang=en")
    assert other.headers["etag"] != first.headers["etag"]
    with database.begin() as db:
        db.query(UseRight).update({"ended_on": make.TODAY})
    app.state.shelf.follow(10**9, [(None, 10**9)])
    assert visit().get(path).headers["etag"] != first.headers["etag"]
    for raw in ("0", "99999", "x", "1" * 30):
        assert visit().get(f"/p/{raw}/card.png").status_code == 404


def test_long_names_wrap_and_nothing_leaves_the_card() -> None:
    for name in (LONG, "W" * 200, "Mắm " * 40, "Ắ"):
        drawn = Image.open(BytesIO(draw(card(name=name, maker=LONG * 2, rights=(LONG,) * 3), None)))
        inked = ImageChops.difference(drawn.convert("RGB"), Image.new("RGB", SIZE, "white"))
        box = inked.crop((0, 20, *SIZE)).getbbox()
        assert box
        assert box[0] >= 50
        assert box[2] <= SIZE[0] - 50
        assert box[3] <= SIZE[1] - 30
    lines = wrapped(LONG, 44, 600, 2, bold=True)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert draw(card(warning="Sản phẩm đang bị thu hồi"), None) != draw(card(), None)


def test_the_sitemap_lists_what_is_made_now_and_no_stamp(
    scene: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        old = make.product(db, of=scene.cast.entity, status="retired")
    robots = visit().get("/robots.txt").text
    assert "Sitemap: https://ocop.test/sitemap.xml" in robots
    assert "Disallow: /office" in robots
    assert "/t" not in robots.replace("/test", "").replace("https://", "")
    index = ET.fromstring(visit().get("/sitemap.xml").content)  # noqa: S314 - our own answer
    parts = [str(one.text) for one in index.iter(f"{SPACE}loc")]
    found: list[str] = []
    for part in parts:
        page = ET.fromstring(visit().get(part.removeprefix("https://ocop.test")).content)  # noqa: S314 - as above
        found += [str(one.text) for one in page.iter(f"{SPACE}loc")]
    assert f"https://ocop.test/p/{scene.product.id}" in found
    assert f"https://ocop.test/e/{scene.cast.entity.id}" in found
    assert f"https://ocop.test/p/{old.id}" not in found
    assert not [one for one in found if "/t/" in one or "/l/" in one]
    for one in found:
        assert "noindex" not in visit().get(one.removeprefix("https://ocop.test")).text, one
    for raw in ("p-2", "p-0", "p-x", "t-1", "p", "p--1"):
        assert visit().get(f"/sitemap/{raw}.xml").status_code == 404
