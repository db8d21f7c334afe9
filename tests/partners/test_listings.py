"""What a shop proposes, and who decides: of its own pages only, and of nobody else's offers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from app.kit.db import Database
from app.partners.actions import add_partner, change_partner, retire_partner
from app.partners.listing_actions import propose_listings
from app.partners.listing_queries import confirmed_listings, find_by_external
from app.partners.models import Listing
from app.partners.offers import Offer
from app.partners.queries import find_by_name
from app.partners.rules import Scope
from app.products.models import Product
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.partners.conftest import Shop

OWN, PEOPLE = "/api/v1/listings", "/api/v1/shop-listings"
CSV = {"content-type": "text/csv"}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô")


def offer(product: Product, number: str = "A-1", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of an offer
    url = f"https://shop.vn/tom/{number}"
    return {"external_id": number, "url": url, "title": "Tôm", "product": product.id} | more


def sent(client: Client, *offers: dict[str, Any]) -> list[tuple[str, str | None]]:
    answer = client.post(OWN, json={"listings": list(offers)})
    assert answer.status_code == 200, answer.text
    return [(one["result"], one["state"]) for one in answer.json()["results"]]


def decided(client: Client, act: str, listing: dict[str, Any], **more: Any) -> int:  # noqa: ANN401 - a body
    return client.post(f"{PEOPLE}/{listing['id']}/{act}", json=more).status_code


def test_an_offer_is_proposed_confirmed_changed_and_withdrawn(
    product: Product, shop: Shop, visit: Visit, cast: Cast, database: Database, clock: Clock
) -> None:
    seller, owner = shop("shop.vn", Scope.LISTINGS), visit(api=cast.owner)
    assert sent(seller, offer(product)) == [("new", "proposed")]
    assert sent(seller, offer(product)) == [("same", "proposed")]
    listing = owner.get(PEOPLE).json()["items"][0]
    assert decided(owner, "confirm", listing, seen=listing["updated_at"]) == 200
    with database.begin(write=False) as db:
        assert [one.url for one in confirmed_listings(db, product.id)] == [listing["url"]]
    assert sent(seller, offer(product)) == [("same", "confirmed")]
    clock.now += timedelta(minutes=1)
    assert sent(seller, offer(product, title="Cá")) == [("changed", "proposed")]
    # What was looked at is no longer what stands there.
    assert decided(owner, "confirm", listing, seen=listing["updated_at"]) == 409
    assert decided(visit(api=cast.officer), "refuse", listing, reason="Không phải tôm") == 200
    told = seller.get(f"{OWN}?state=refused").json()["items"]
    assert [(one["external_id"], one["reason"]) for one in told] == [("A-1", "Không phải tôm")]
    assert sent(seller, offer(product, title="Cá")) == [("same", "refused")]
    for _ in range(2):
        assert seller.post(f"{OWN}/A-1/withdraw").json()["state"] == "withdrawn"
    assert decided(owner, "confirm", listing) == 409
    assert sent(seller, offer(product, title="Cá")) == [("changed", "proposed")]


def test_nobody_touches_the_offers_of_another(
    product: Product, shop: Shop, visit: Visit, cast: Cast
) -> None:
    first, second = shop("shop.vn"), shop("cho.vn")
    sent(first, offer(product))
    assert second.get(OWN).json()["items"] == []
    assert second.post(f"{OWN}/A-1/withdraw").status_code == 404
    assert sent(second, offer(product, url="https://cho.vn/1")) == [("new", "proposed")]
    assert [one["url"] for one in first.get(OWN).json()["items"]] == ["https://shop.vn/tom/A-1"]
    listing = visit(api=cast.owner).get(PEOPLE).json()["items"][0]
    outsider, worker = visit(api=cast.outsider), visit(api=cast.colleague)
    assert outsider.get(PEOPLE).json()["items"] == []
    assert decided(outsider, "confirm", listing) == 404
    assert decided(worker, "confirm", listing) == 403
    assert decided(visit(api=cast.inspector), "confirm", listing) == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://shop.vn/a"}, "url"),
        ({"url": "https://shop.vn.evil.com/a"}, "url"),
        ({"url": "https://evilshop.vn/a"}, "url"),
        ({"url": "https://shop.vn@evil.com/"}, "url"),
        ({"url": "https://evil.com\\@shop.vn/"}, "url"),
        ({"url": "https://evil.com#.shop.vn/"}, "url"),
        ({"url": "https://sh\u043ep.vn/a"}, "url"),
        ({"url": "https://shop.vn:8443/a"}, "url"),
        ({"url": "https://[::1/a"}, "url"),
        ({"url": "https://shop.vn/\ta b"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": ""}, "url"),
        ({"title": "Tôm \u202ekhô"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": "a\x00b"}, "external_id"),
        ({"product": "999999999"}, "product"),
        ({"product": "9" * 30}, "product"),
        ({"product": "٣"}, "product"),
    ],
)
def test_a_wrong_row_is_refused_and_holds_up_no_other(
    product: Product, shop: Shop, wrong: dict[str, Any], field: str
) -> None:
    seller = shop("shop.vn")
    rows = [offer(product, "1"), offer(product, "2") | wrong, offer(product, "3")]
    told = seller.post(OWN, json={"listings": rows}).json()
    assert [one["result"] for one in told["results"]] == ["new", "refused", "new"]
    assert [one["field"] for one in told["results"][1]["errors"]] == [field]
    assert told["counts"] == {"new": 2, "changed": 0, "same": 0, "refused": 1}


def test_a_host_beneath_is_the_shops_own_and_the_same_number_twice_is_not_taken(
    product: Product, shop: Shop
) -> None:
    seller = shop("shop.vn")
    beneath = offer(product, url="https://WWW.Shop.vn:443/a?b=1#c")
    assert sent(seller, beneath, offer(product), offer(product, "B")) == [
        ("new", "proposed"),
        ("refused", None),
        ("new", "proposed"),
    ]


def test_a_retired_product_takes_no_offer_and_an_ended_shop_shows_none(
    product: Product, shop: Shop, visit: Visit, cast: Cast, database: Database
) -> None:
    seller, officer = shop("shop.vn"), visit(api=cast.officer)
    sent(seller, offer(product), offer(product, "B", url="https://m.shop.vn/b"))
    for listing in officer.get(PEOPLE).json()["items"]:
        assert decided(officer, "confirm", listing) == 200
    acts: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}

    def shown() -> int:
        with database.begin(write=False) as db:
            return len(confirmed_listings(db, product.id))

    assert shown() == 2
    with database.begin() as db:
        partner = find_by_name(db, "shop.vn")
        assert partner is not None
        change_partner(db, **acts, partner_id=partner.id, hosts=["m.shop.vn"])
    assert shown() == 1
    with database.begin() as db:
        retire_partner(db, **acts, partner_id=partner.id)
    assert shown() == 0
    assert seller.get(OWN).json()["code"] == "partners.key_revoked"
    with database.begin() as db:
        db.get_one(Product, product.id).status = "retired"
    told = shop("cho.vn").post(OWN, json={"listings": [offer(product, url="https://cho.vn/1")]})
    assert told.json()["results"][0]["errors"][0]["field"] == "product"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_spreadsheet_says_the_same(
    product: Product, shop: Shop, encoding: str, sign: str
) -> None:
    rows = [
        ["Mã tin", "Đường dẫn", "Tiêu đề", "Sản phẩm"],
        ["001", "https://shop.vn/1", "Tôm khô Đất Mũi", f"{product.id}"],
        ["002", "https://shop.vn/2", "=HYPERLINK(1)", f"{product.id}"],
        ["003", "https://shop.vn/3", "Tôm \u202ekhô", f"{product.id}"],
        ["", "https://shop.vn/4", "Tôm", f"{product.id}"],
    ]
    text = "\r\n".join(sign.join(row) for row in rows)
    seller = shop("shop.vn")
    answer = seller.post(f"{OWN}/csv", content=text.encode(encoding), headers=CSV)
    told = answer.json()["results"]
    assert [(one["row"], one["result"]) for one in told] == [
        (2, "new"),
        (3, "refused"),
        (4, "refused"),
        (5, "refused"),
    ]
    assert [one["external_id"] for one in seller.get(OWN).json()["items"]] == ["001"]


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"PK\x03\x04", b"a;b\n1;2", b'a,"b\n'])
def test_what_is_no_spreadsheet_of_offers_is_refused(shop: Shop, content: bytes) -> None:
    answer = shop("shop.vn").post(f"{OWN}/csv", content=content, headers=CSV)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_thousand_offers_are_taken_at_once_and_no_more(
    product: Product, shop: Shop, database: Database
) -> None:
    seller = shop("shop.vn")
    rows = [offer(product, f"N{number}") for number in range(1001)]
    assert seller.post(OWN, json={"listings": rows}).status_code == 422
    assert seller.post(OWN, json={"listings": []}).status_code == 422
    assert sent(seller, *rows[:1000]) == [("new", "proposed")] * 1000
    with database.begin(write=False) as db:
        assert db.query(Listing).count() == 1000
        partner = find_by_name(db, "shop.vn")
        assert partner is not None
        assert find_by_external(db, partner_id=partner.id, external_id="N1000") is None


def test_the_office_confirms_what_is_ticked_all_or_none(
    product: Product, shop: Shop, visit: Visit, cast: Cast
) -> None:
    seller, page = shop("shop.vn"), visit(page=cast.officer)
    sent(seller, offer(product, "1"), offer(product, "2"))
    found = visit(api=cast.officer).get(PEOPLE).json()["items"]
    ticked = {f"listing_{one['id']}": one["updated_at"] for one in found}
    late = ticked | {f"listing_{found[1]['id']}": "2020-01-01T00:00:00Z"}
    for form in ({}, late, {"listing_x": "y"}):
        answer = page.post("/office/listings/confirm", data=form)
        assert answer.status_code == 422
        states = [one["state"] for one in seller.get(OWN).json()["items"]]
        assert states == ["proposed", "proposed"]
    assert page.post("/office/listings/confirm", data=ticked).status_code == 303
    assert [one["state"] for one in seller.get(OWN).json()["items"]] == ["confirmed"] * 2


def test_the_owner_decides_on_the_phone(
    product: Product, shop: Shop, visit: Visit, cast: Cast
) -> None:
    seller, phone = shop("shop.vn"), visit(page=cast.owner)
    sent(seller, offer(product, "1"), offer(product, "2"))
    shown = phone.get("/app/listings").text
    first, second = (one["id"] for one in visit(api=cast.owner).get(PEOPLE).json()["items"])
    assert "https://shop.vn/tom/2" in shown
    seen = {"seen": make.NOW.isoformat()}
    assert phone.post(f"/app/listings/{first}/confirm", data=seen).status_code == 303
    assert phone.post(f"/app/listings/{second}/refuse", data=seen).status_code == 422
    wrong = seen | {"reason": "Không phải của tôi"}
    assert phone.post(f"/app/listings/{second}/refuse", data=wrong).status_code == 303
    states = [one["state"] for one in seller.get(OWN).json()["items"]]
    assert states == ["confirmed", "refused"]


def test_of_two_who_send_the_same_offers_at_once_one_finds_them_there(
    racing_database: Database,
) -> None:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    with racing_database.begin() as db:
        raced = make.product(db, of=make.entity(db, name="Đua tin"))
        partner = add_partner(db, **who, name="Đua tin", kind="shop", hosts=["shop.vn"])
    offers = [Offer(1, "A", "https://shop.vn/a", "Tôm", str(raced.id))]
    start = Barrier(2)

    def send(_number: int) -> str:
        start.wait()
        with racing_database.begin() as db:
            fates = propose_listings(
                db, by=make.SYSTEM, now=make.NOW, partner_id=partner.id, offers=offers
            )
        return str(fates[0].fate)

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, range(2))) == ["new", "same"]
