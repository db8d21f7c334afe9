"""Producers' own links: where they may lead, who keeps them, and what is found dead."""

import socketserver
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor, NotAllowed
from app.kit.db import Database
from app.kit.hosts import BadAddress, BadHost, checked_host
from app.kit.outbound import Outbound
from app.products.link_actions import (
    MOST,
    HostThere,
    LinkThere,
    TooManyLinks,
    add_link,
    allow_host,
    change_link,
    check_links,
    refuse_host,
    retire_link,
)
from app.products.link_models import LinkHost, ProductLink
from app.products.link_queries import DEAD, NoSuchHost, list_links, live_links
from app.products.links import HostNotAllowed, checked_link
from app.products.models import Product
from app.products.queries import NoSuchProduct
from tests import make
from tests.client import seen_in
from tests.conftest import Cast, Visit

SHOP = {"url": "https://shopee.vn/tom-kho", "title": "Mua tôm khô", "language": "vi"}
FACTS: dict[str, Any] = SHOP | {"rel": "hasRetailers"}


@pytest.mark.parametrize(
    "url",
    [
        *("http://shopee.vn/", "https://shopee.vn@evil.example/", "https://evil.example/shopee.vn"),
        *("https://shopee.vn.evil.example/", "https://evilshopee.vn/", "javascript:alert(1)"),
        *(
            "https://shopee.vn:8443/",
            "https://sh\u03bfpee.vn/",
            "https://127.0.0.1/",
            "//shopee.vn/",
        ),
        *("https://shopee.vn\\@evil.example/", "https://shopee.vn/\nx", "", "https://" + "a" * 500),
    ],
)
def test_only_addresses_under_a_host_of_the_list_are_linked(url: str) -> None:
    with pytest.raises((BadAddress, HostNotAllowed)):
        checked_link(url, {"shopee.vn"})


@pytest.mark.parametrize(
    "url", ["https://shopee.vn/x?y=1", "https://m.SHOPEE.vn/", "https://shopee.vn:443/"]
)
def test_a_host_and_those_under_it_are_allowed(url: str) -> None:
    assert checked_link(url, {"shopee.vn"})[1].endswith("shopee.vn")


@pytest.mark.parametrize(
    "host",
    ["vn", "", "https://shopee.vn", "shopee.vn/x", "10.0.0.1", "a b.vn", "shopee.vn:80", "*.vn"],
)
def test_what_is_no_name_of_a_host_is_refused(host: str) -> None:
    with pytest.raises(BadHost):
        checked_host(host, field="host")


@pytest.fixture
def product(db: Session, cast: Cast) -> Product:
    allow_host(db, actor=cast.officer.actor, now=make.NOW, host="shopee.vn")
    return make.product(db, of=cast.entity)


def test_a_link_lives_while_it_is_kept_its_host_allowed_and_it_is_found(
    db: Session, cast: Cast, product: Product
) -> None:
    who: dict[str, Any] = {"now": make.NOW, "product_id": product.id}
    link = add_link(db, actor=cast.owner.actor, **who, **FACTS)
    assert [one.id for one in live_links(db, product.id)] == [link.id]
    link.failures = DEAD
    assert live_links(db, product.id) == []
    change_link(db, actor=cast.owner.actor, **who, link_id=link.id, **(FACTS | {"title": "Mua"}))
    assert [one.title for one in live_links(db, product.id)] == ["Mua"]
    refuse_host(db, actor=cast.officer.actor, now=make.NOW, host="shopee.vn")
    assert live_links(db, product.id) == []
    assert len(list_links(db, product.id)) == 1
    retire_link(db, actor=cast.owner.actor, **who, link_id=link.id)
    assert list_links(db, product.id) == []


def test_links_are_the_owners_and_the_officers(db: Session, cast: Cast, product: Product) -> None:
    who: dict[str, Any] = {"now": make.NOW, "product_id": product.id}
    refused: list[tuple[Actor, type[Exception]]] = [
        (cast.colleague.actor, NotAllowed),
        (cast.inspector.actor, NotAllowed),
        (cast.outsider.actor, NoSuchProduct),
    ]
    for actor, error in refused:
        with pytest.raises(error):
            add_link(db, actor=actor, **who, **FACTS)
    with pytest.raises(NotAllowed):
        allow_host(db, actor=cast.owner.actor, now=make.NOW, host="tiki.vn")
    with pytest.raises(HostThere):
        allow_host(db, actor=cast.officer.actor, now=make.NOW, host="SHOPEE.vn")
    with pytest.raises(NoSuchHost):
        refuse_host(db, actor=cast.officer.actor, now=make.NOW, host="tiki.vn")


def test_a_link_stands_once_and_there_are_not_too_many(
    db: Session, cast: Cast, product: Product
) -> None:
    who: dict[str, Any] = {"actor": cast.owner.actor, "now": make.NOW, "product_id": product.id}
    add_link(db, **who, **FACTS)
    with pytest.raises(LinkThere):
        add_link(db, **who, **FACTS)
    for number in range(1, MOST):
        add_link(db, **who, **(FACTS | {"url": f"https://shopee.vn/{number}"}))
    with pytest.raises(TooManyLinks):
        add_link(db, **who, **(FACTS | {"url": "https://shopee.vn/mot-nua"}))


class Shop(BaseHTTPRequestHandler):
    """A shop of which one page is gone, one moved, and one answers browsers only."""

    def do_HEAD(self) -> None:
        self.send_response({"/gone": 404, "/moved": 301, "/shy": 403}.get(self.path, 200))
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - the name the server calls

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def shop() -> Iterator[str]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Shop)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_check_finds_what_is_gone_and_forgets_it_when_it_is_back(
    racing_database: Database, shop: str
) -> None:
    with racing_database.begin() as db:
        product = make.product(db, of=make.entity(db))
        for path in ("/here", "/gone", "/moved", "/shy"):
            link = ProductLink(
                product_id=product.id, url=shop + path, host="127.0.0.1", title=path, rel="pip"
            )
            link.made_at = make.NOW
            db.add(link)
    outbound = Outbound(loopback=True)
    for _ in range(2):
        found = check_links(racing_database, outbound, clock=lambda: make.NOW)
        # Each is asked once a week.
        assert found in ([(f"{shop}/gone", "404")], [])
    with racing_database.begin() as db:
        rows = {one.title: one for one in db.scalars(select(ProductLink))}
        assert {name for name, one in rows.items() if one.failures} == {"/gone"}
        assert all(one.checked_at == make.NOW for one in rows.values())
        rows["/gone"].url, rows["/gone"].checked_at = f"{shop}/here", None
    assert check_links(racing_database, Outbound(), clock=lambda: make.NOW) == [
        (f"{shop}/here", "kit.not_https")
    ]
    with racing_database.begin() as db:
        link = db.scalars(select(ProductLink).where(ProductLink.title == "/gone")).one()
        assert link.failures == 2
        link.checked_at = None
    assert check_links(racing_database, outbound, clock=lambda: make.NOW) == []


def test_an_owner_keeps_links_on_the_phone(visit: Visit, cast: Cast, database: Database) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity).id
        db.add(LinkHost(host="shopee.vn", allowed_at=make.NOW, allowed_by="Cán bộ"))
    owner = visit(page=cast.owner)
    path = f"/app/products/{product}/links"
    assert "Chưa có liên kết nào" in owner.get(path).text
    wrong = owner.post(f"{path}/new", data=FACTS | {"url": "https://evil.example/"})
    assert wrong.status_code == 422
    assert "evil.example không có trong danh sách tên miền của Sở" in wrong.text
    assert 'value="https://evil.example/"' in wrong.text
    assert owner.post(f"{path}/new", data=FACTS).status_code == 303
    shown = owner.get(path).text
    assert "Mua tôm khô" in shown
    assert "Nơi mua · Bằng tiếng Việt · shopee.vn" in shown
    assert visit(page=cast.colleague).get(f"{path}/new").status_code == 403


def test_the_later_of_two_who_change_a_link_loses_nothing(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity).id
        db.add(LinkHost(host="shopee.vn", allowed_at=make.NOW, allowed_by="Cán bộ"))
        who: dict[str, Any] = {"actor": cast.owner.actor, "now": make.NOW, "product_id": product}
        link = add_link(db, **who, **FACTS).id
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    path = f"products/{product}/links/{link}/edit?lang=en"
    seen = {"seen": seen_in(owner.get(f"/app/{path}").text)}
    theirs = FACTS | {"title": "Mua ở Shopee", "rel": "recipeInfo"} | seen
    assert officer.post(f"/office/{path}", data=theirs).status_code == 303
    late = owner.post(f"/app/{path}", data=FACTS | seen | {"language": "en"})
    assert late.status_code == 422
    for text in ("Somebody has changed this record", "says: Mua ở Shopee", "says: Recipes"):
        assert text in late.text
    assert "Now it says: Mua ở Shopee" in officer.post(f"/office/{path}", data=FACTS | seen).text
    again = FACTS | {"language": "en", "seen": seen_in(late.text)}
    assert owner.post(f"/app/{path}", data=again).status_code == 303
    with database.begin(write=False) as db:
        kept = db.get_one(ProductLink, link)
        assert (kept.title, kept.rel, kept.language) == (FACTS["title"], FACTS["rel"], "en")
