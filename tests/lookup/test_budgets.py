import base64
import gzip
import hashlib
import re
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import DiaryEntry, DiaryPhoto
from app.kit.db import Database
from app.lookup.diary_queries import MOST_ENTRIES
from app.lookup.public_access import POLICY, STYLE
from app.lookup.sheet import Picture
from app.lookup.timeline import MOST_PHOTOS
from app.partners.actions import add_partner
from app.partners.models import Listing
from app.partners.shop_queries import MOST_SHOPS
from app.products.link_actions import add_link, allow_host
from app.products.links import RELS
from app.products.models import Product
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene, entry

# What would have a browser ask for more; a block of JSON-LD is part of the page.
ASKING = r"<(script(?! type=\"application/ld)|iframe|object|video|audio|embed)\b|stylesheet"
# Photos of the diary are asked for when they are unfolded, and not before.
EAGER = r"<img (?![^>]*loading=\"lazy\")"
MOST_LINKS = 6
AIM, LIMIT = 10 * 1024, 12 * 1024
SENTENCE = "Phơi nắng hai ngày trên giàn lưới, đảo đều mỗi giờ, gió chướng nhẹ, trời trong. "
# Notes differ in a real diary; the same one would compress to nothing.
WORDS = SENTENCE.replace(",", "").split()


def note(number: int) -> str:
    turned = WORDS[number % len(WORDS) :] + WORDS[: number % len(WORDS)]
    return " ".join(turned) + f" Mẻ {number * 7919 % 1000}, {number * 104729 % 97} khay."


@pytest.fixture
def fullest(scene: Scene, database: Database) -> Scene:
    """The scene with every field filled, a long diary, shops and links."""
    with database.begin() as db:
        product = db.merge(scene.product)
        product.name = "Tôm khô Rạch Gốc loại đặc biệt sấy bằng năng lượng mặt trời"
        product.brand, product.gtin, product.own_code = "Rạch Gốc", "08936012340016", "TK-01"
        for name in ("ingredients", "usage", "storage", "warnings", "shelf_life", "origin"):
            setattr(product, name, f"{name}: {SENTENCE * 2}"[:110])
        entity = db.merge(scene.cast.entity)
        entity.phone, entity.phone_public = "0912345678", True
        entity.website = "https://tomkhorachgoc.example.vn"
        for type_ in ("certification_mark", "collective_mark", "gi"):
            right = make.right(db, type=type_, sign=f"Cà Mau {type_}", expires_on=date(2035, 1, 1))
            make.use_right(db, of=right, product=product)
        who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
        allow_host(db, **who, host="tomkho.example.vn")
        for number, rel in enumerate(list(RELS)[:MOST_LINKS]):
            url = f"https://tomkho.example.vn/{note(number)[:20].replace(' ', '-')}/{number}"
            told: dict[str, Any] = {"rel": rel, "title": note(number)[:60], "language": "vi"}
            add_link(db, **who, product_id=product.id, url=quote(url, ":/"), **told)
        for number in range(MOST_SHOPS):
            _sold(db, product, number, who)
        for number in range(6, 6 + MOST_ENTRIES):
            entry(db, scene.cast, scene.lot, number % 9 + 1, note(number), serial=number)
        _photographed(db, scene)
    return scene


def _photographed(db: Session, scene: Scene) -> None:
    """Add more photos than a page tells of, whose names don't compress."""
    for one in db.scalars(select(DiaryEntry).where(DiaryEntry.lot_id == scene.lot.id)):
        for position in range(1, 4):
            name = hashlib.sha256(f"{one.sequence} {position}".encode()).hexdigest()
            size = {"width": 1280, "height": 960}
            db.add(DiaryPhoto(entry_id=one.id, sha256=name, position=position, **size))


def _sold(db: Session, product: Product, number: int, who: dict[str, Any]) -> None:
    host, title = f"shop{number}.example.vn", note(number)[:60]
    partner = add_partner(db, **who, name=f"Cửa hàng {title[:20]}", kind="shop", hosts=[host])
    url = f"https://{host}/dac-san/san-pham-{number * 104729}.html?from=ocop"
    db.add(
        Listing(
            partner_id=partner.id,
            product_id=product.id,
            external_id="1",
            url=url,
            title=title,
            state="confirmed",
            proposed_at=make.NOW,
            decided_at=make.NOW,
            updated_at=make.NOW,
        )
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_fullest_page_stays_small(fullest: Scene, visit: Visit, language: str) -> None:
    page = visit().get(f"/t/{fullest.active}?lang={language}", headers={"user-agent": PHONE})
    assert page.text.count("<li>") == MOST_ENTRIES
    assert len(re.findall(r"/photos/\w+-320", page.text)) == MOST_PHOTOS
    assert len(gzip.compress(page.content, 6)) <= LIMIT


def test_the_usual_page_keeps_to_the_aim(scene: Scene, visit: Visit) -> None:
    page = visit().get(f"/t/{scene.active}", headers={"user-agent": PHONE})
    assert len(gzip.compress(page.content, 6)) <= AIM


def test_every_public_page_stays_small_and_asks_for_one_picture_at_most(
    fullest: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        maker = db.merge(fullest.cast.entity)
        gi = make.right(db, sign="Cà Mau")
        for number in range(120):
            turned = note(number)[:60]
            product = make.product(db, of=maker, name=f"{turned} {number}", picture=False)
            make.use_right(db, of=gi, product=product)
            shop = make.entity(db, name=f"Hợp tác xã {turned} {number}")
            make.product(db, of=shop, name=f"Khô {number}", picture=False)
    of = {"p": fullest.product.id, "e": fullest.cast.entity.id, "l": fullest.lot.id}
    pages = ("/", "/products", "/entities", "/products?right=gi&limit=50")
    for path in (*pages, *(f"/{kind}/{one}" for kind, one in of.items()), "/t/UNKNOWN", "/p/0"):
        for language in ("vi", "en"):
            mark = "&" if "?" in path else "?"
            page = visit().get(f"{path}{mark}lang={language}", headers={"user-agent": PHONE})
            assert len(gzip.compress(page.content, 6)) <= LIMIT, path
            assert len(re.findall(EAGER, page.text)) <= 1, path
            assert not re.findall(ASKING, page.text), path
            assert "set-cookie" not in page.headers, path
            assert page.headers["content-security-policy"] == POLICY, path


def test_the_first_view_asks_for_the_page_and_its_picture_only(
    fullest: Scene, visit: Visit
) -> None:
    page = visit().get(f"/t/{fullest.active}", headers={"user-agent": PHONE}).text
    head = page.partition("</head>")[0]
    assert '<link rel="icon" href="data:,">' in head
    assert len(re.findall(EAGER, page)) == 1
    image = re.search(r"<img [^>]*>", page)
    assert image
    assert 'width="640" height="480"' in image[0]
    assert not re.findall(ASKING, page)


def test_the_policy_allows_exactly_the_style_on_the_page(scene: Scene, visit: Visit) -> None:
    page = visit().get(f"/t/{scene.active}")
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style
    assert style[1] == STYLE
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("width", "slots"),
    [(1280, (320, 640)), (640, (320, 640)), (321, (320, 640)), (320, (320,)), (100, (160,))],
)
def test_only_widths_that_were_made_are_offered(width: int, slots: tuple[int, ...]) -> None:
    assert Picture("0" * 64, width, 75).webp == slots
