"""Where a product is sold, as its public pages tell it: confirmed offers only, and at once."""

import re
from collections.abc import Callable
from typing import Any

from app.kit.db import Database
from app.partners.actions import change_partner, retire_partner
from app.partners.queries import find_by_name
from app.partners.shop_queries import MOST_SHOPS
from app.products.link_actions import add_link, allow_host
from tests import make
from tests.client import Client
from tests.conftest import Clock, Visit
from tests.lookup.conftest import Scene
from tests.partners.conftest import Shop

LISTINGS, PEOPLE = "/api/v1/listings", "/api/v1/shop-listings"
OFFER = r'<p>([^<]*): <a class="tap" href="(https://[^"]+)" rel="noopener nofollow">([^<]*)</a></p>'


def propose(seller: Client, scene: Scene, number: str, url: str, title: str) -> None:
    row = {"external_id": number, "url": url, "title": title, "product": scene.product.id}
    counts = seller.post(LISTINGS, json={"listings": [row]}).json()["counts"]
    assert counts["refused"] == 0


def confirm_all(officer: Client) -> None:
    for one in officer.get(f"{PEOPLE}?state=proposed").json()["items"]:
        assert officer.post(f"{PEOPLE}/{one['id']}/confirm", json={}).status_code == 200


def test_an_offer_shows_from_its_confirmation_to_its_end(
    scene: Scene, shop: Shop, visit: Visit, database: Database, clock: Clock
) -> None:
    seller, officer, public = shop("shop.vn"), visit(api=scene.cast.officer), visit()
    pages = [f"{path}?lang=en" for path in (f"/t/{scene.active}", f"/p/{scene.product.id}")]

    def shown() -> list[tuple[str, str, str]]:
        first, *others = (re.findall(OFFER, public.get(page).text) for page in pages)
        assert all(other == first for other in others)
        assert ("Where to buy it" in public.get(pages[0]).text) is bool(first)
        return first

    propose(seller, scene, "1", "https://shop.vn/tom?a=1&b=2", "Tôm <khô>")
    assert shown() == []
    confirm_all(officer)
    kept = ("shop.vn", "https://shop.vn/tom?a=1&amp;b=2", "Tôm &lt;khô&gt;")
    assert shown() == [kept]
    # A shop stands there once, however many offers it has.
    propose(seller, scene, "2", "https://shop.vn/2", "Tôm hộp")
    confirm_all(officer)
    assert shown() == [kept]
    assert seller.post(f"{LISTINGS}/1/withdraw").status_code == 200
    assert shown() == [("shop.vn", "https://shop.vn/2", "Tôm hộp")]
    # What differs waits for a decision again, and is not shown meanwhile.
    propose(seller, scene, "2", "https://shop.vn/3", "Tôm hộp")
    assert shown() == []
    confirm_all(officer)
    acts: dict[str, Any] = {"actor": make.SYSTEM, "now": clock()}
    with database.begin(write=False) as db:
        partner = find_by_name(db, "shop.vn")
    assert partner is not None
    steps: tuple[tuple[Callable[..., object], dict[str, Any], bool], ...] = (
        (change_partner, {"hosts": ["m.shop.vn"]}, False),
        (change_partner, {"hosts": ["shop.vn"]}, True),
        (retire_partner, {}, False),
    )
    for act, facts, shows in steps:
        with database.begin() as db:
            act(db, **acts, partner_id=partner.id, **facts)
        assert bool(shown()) is shows


def test_the_page_of_a_product_sold_everywhere_names_some_shops_and_the_producers_links(
    scene: Scene, shop: Shop, visit: Visit, database: Database
) -> None:
    acts: dict[str, Any] = {"actor": scene.cast.officer.actor, "now": make.NOW}
    with database.begin() as db:
        allow_host(db, **acts, host="tomkho.vn")
        link: dict[str, Any] = {"rel": "recipeInfo", "title": "Gỏi tôm khô", "language": "vi"}
        url = "https://tomkho.vn/goi"
        add_link(db, **acts, product_id=scene.product.id, url=url, **link)
    for number in range(MOST_SHOPS + 2):
        host = f"shop{number}.vn"
        propose(shop(host), scene, "1", f"https://{host}/tom", "Tôm khô")
    confirm_all(visit(api=scene.cast.officer))
    page = visit().get(f"/p/{scene.product.id}").text
    sold = page.partition("<h3>Nơi mua</h3>")[2].partition("<h3>Liên kết của cơ sở</h3>")
    assert [name for name, _, _ in re.findall(OFFER, sold[0])] == [
        f"shop{number}.vn" for number in range(MOST_SHOPS)
    ]
    assert f'href="{url}" rel="noopener nofollow" hreflang="vi">Gỏi tôm khô</a>' in sold[2]
