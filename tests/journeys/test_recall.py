"""A recall reaches everybody at once, whichever process they ask and whatever it read before."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from app.config import Settings
from app.identity.rules import Role
from app.keyfile import load_keyring
from app.kit.db import Database
from app.partners.actions import add_partner
from app.partners.key_actions import issue_key
from app.partners.rules import Scope
from app.stamps.policy_queries import get_policy
from app.stamps.span_actions import activate_span
from app.wiring import create_app, make_runner
from tests import make
from tests.client import Client
from tests.conftest import migrated_settings
from tests.make_webhooks import Receiver, receiving

# The whole way to everybody may take five minutes, caches of browsers and shops included.
AT_ONCE = 5.0
GTIN = "09520001000010"
WHY = {"reason": "Dư lượng vượt mức", "advice": "Trả lại nơi mua"}
Tells = Callable[[httpx.Response], bool]


@pytest.fixture
def settings_of_two(dialect: str, tmp_path: Path, worker_id: str) -> Settings:
    settings = migrated_settings(dialect, tmp_path, f"ocop_recall_{worker_id}")
    return replace(settings, outbound_loopback=True)


@pytest.fixture
def pair(settings_of_two: Settings) -> Iterator[tuple[Client, Client]]:
    """Two applications of one database, as two processes are: one decides, both are asked.

    The background work is the second's.
    """
    apps = create_app(settings_of_two), create_app(settings_of_two)
    clients = Client(apps[0]), Client(apps[1])
    runner = make_runner(apps[1])
    runner.start()
    yield clients
    runner.stop()
    for app, client in zip(apps, clients, strict=True):
        client.close()
        app.state.lookout.close()
        app.state.site.close()


@dataclass(kw_only=True)
class Town:
    """What is recalled, who decides, and the shop that is told."""

    product: int
    lot: int
    sold: str
    unsold: str
    officers: tuple[make.Person, make.Person]
    shop: str


@pytest.fixture
def town(settings_of_two: Settings) -> Town:
    database, keyring = Database(settings_of_two.database_url), load_keyring(settings_of_two)
    with database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity, gtin=GTIN)
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        lot = make.complete_lot(db, of=product)
        sold, unsold = (make.code(batch, number, keyring=keyring) for number in (1, 99))
        owner = make.person(db, "Chị Chủ", entity=entity)
        ends: dict[str, Any] = {"first_code": sold, "last_code": sold, "lot_id": lot.id}
        activate_span(db, actor=owner.actor, now=datetime.now(UTC), keyring=keyring, **ends)
        policy = get_policy(db)
        policy.recall_two_from = 100
        db.add(policy)
        lan, minh = (make.person(db, name, Role.OFFICER) for name in ("Lan", "Minh"))
        made = Town(
            product=product.id,
            lot=lot.id,
            sold=sold,
            unsold=unsold,
            officers=(lan, minh),
            shop=_key_of_a_shop(db),
        )
    database.close()
    return made


def _key_of_a_shop(db: Session) -> str:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": datetime.now(UTC)}
    partner = add_partner(db, **who, name="Shop", kind="shop", hosts=["shop.vn"])
    scopes = [Scope.EVENTS, Scope.WEBHOOKS]
    return issue_key(db, **who, partner_id=partner.id, label="x", scopes=scopes)[1]


@dataclass
class Watch:
    """Asks every place that tells of a product's state, of both applications."""

    town: Town
    clients: tuple[Client, Client]
    receiver: Receiver
    # Pictures tell by their tags: these were seen while no recall stood.
    before: set[str] = field(default_factory=set)

    def places(self) -> Mapping[str, tuple[str, Tells]]:
        town, product = self.town, self.town.product
        linkset = "?linkType=linkset"
        return {
            "page of a stamp sold": (f"/t/{town.sold}", _page),
            "page of a stamp unsold": (f"/t/{town.unsold}", _page),
            "page of the product": (f"/p/{product}", _page),
            "page of the lot": (f"/l/{town.lot}", _page),
            "/recalls": ("/recalls", lambda got: WHY["reason"] in got.text),
            "API, code sold": (f"/api/v1/verify/{town.sold}", _verdict),
            "API, code unsold": (f"/api/v1/verify/{town.unsold}", _verdict),
            "API, product": (f"/api/v1/verify/products/{GTIN}", _noted),
            "badge, SVG": (f"/badge/{product}.svg", _worded),
            "badge, JSON": (f"/badge/{product}.json", lambda got: got.json()["color"] == "red"),
            "badge, frame": (f"/badge/{product}", _worded),
            "badge, PNG": (f"/badge/{product}.png", self._redrawn),
            "picture of links": (f"/p/{product}/card.png", self._redrawn),
            "linkset of a stamp": (f"/t/{town.sold}{linkset}", _titled),
            "linkset of the product": (f"/p/{product}{linkset}", _titled),
            "linkset of the GTIN": (f"/01/{GTIN}{linkset}", _titled),
        }

    def _redrawn(self, got: httpx.Response) -> bool:
        return got.headers["etag"] not in self.before

    def note_pictures(self) -> None:
        for path, tells in self.places().values():
            if tells == self._redrawn:
                self.before.add(self.clients[0].get(path).headers["etag"])

    def told(self) -> dict[str, bool]:
        """Return which places tell of the recall, at both applications."""
        return {name: self._tells(*place) for name, place in self.places().items()}

    def _tells(self, path: str, tells: Tells) -> bool:
        return all(tells(client.get(path)) for client in self.clients)

    def seconds(self, *, wanted: bool, since: float) -> dict[str, float]:
        """Return after how many seconds each place told, or told no more."""
        found: dict[str, float] = {}
        open_ones = dict(self.places())
        while open_ones and time.monotonic() - since < AT_ONCE:
            for name, place in list(open_ones.items()):
                if self._tells(*place) is wanted:
                    found[name] = time.monotonic() - since
                    del open_ones[name]
        return found

    def webhook(self, kind: str, since: float) -> float:
        """Return after how many seconds the shop's own server was told."""
        while time.monotonic() - since < AT_ONCE:
            for got in self.receiver.got:
                if json.loads(got.body)["type"] == kind:
                    return got.at - since
            time.sleep(0.02)
        return AT_ONCE


def _page(got: httpx.Response) -> bool:
    return WHY["reason"] in got.text and "bị thu hồi" in got.text.lower()


def _verdict(got: httpx.Response) -> bool:
    return bool(got.json()["verdict"] == "recalled")


def _noted(got: httpx.Response) -> bool:
    return got.json()["recall"] is not None


def _worded(got: httpx.Response) -> bool:
    return "thu hồi" in got.text.lower()


def _titled(got: httpx.Response) -> bool:
    here = got.json()["linkset"][0]
    titles = [one["title"] for one in here["https://ref.gs1.org/voc/recallStatus"]]
    return all("THU HỒI" in title and WHY["reason"] in title for title in titles)


def test_a_recall_by_two_reaches_every_page_answer_and_shop_within_seconds(
    pair: tuple[Client, Client], town: Town, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    decides, public = pair
    lan, minh = town.officers

    def api(who: make.Person, path: str, **body: object) -> tuple[int, dict[str, object]]:
        key = {"authorization": f"Bearer {who.key}"}
        answer = decides.post(f"/api/v1/{path}", json=body or None, headers=key)
        return answer.status_code, answer.json()

    def verdicts() -> list[str]:
        codes = town.sold, town.unsold
        return [public.get(f"/api/v1/verify/{code}").json()["verdict"] for code in codes]

    with receiving() as receiver:
        hook = {"json": {"url": receiver.url}, "headers": {"authorization": f"Bearer {town.shop}"}}
        assert decides.post("/api/v1/webhooks", **hook).status_code == 201
        watch = Watch(town, pair, receiver)
        watch.note_pictures()
        assert not any(watch.told().values())
        status, order = api(lan, f"products/{town.product}/recall", **WHY)
        assert (status, order["state"], order["stamps"]) == (202, "waiting", 100)
        # On hold at once, while it waits for the second officer.
        assert verdicts() == ["on_hold", "on_hold"]
        watch.note_pictures()
        assert not any(watch.told().values())
        assert api(lan, f"recall-orders/{order['id']}/confirm")[0] == 409
        made = time.monotonic()
        assert api(minh, f"recall-orders/{order['id']}/confirm")[0] == 200
        seconds = watch.seconds(wanted=True, since=made)
        assert seconds.keys() == watch.places().keys()
        seconds["webhook received"] = watch.webhook("recall.made", made)
        status, lift = api(minh, f"products/{town.product}/recall/lift", reason="Kết quả đạt")
        assert (status, lift["kind"]) == (202, "lift")
        assert all(watch.told().values())
        lifted = time.monotonic()
        assert api(lan, f"recall-orders/{lift['id']}/confirm")[0] == 200
        assert watch.seconds(wanted=False, since=lifted).keys() == watch.places().keys()
        assert watch.webhook("recall.lifted", lifted) < AT_ONCE
    assert verdicts() == ["active_first", "not_activated"]
    with capsys.disabled():
        lines = "".join(f"\n  {name:<24}{one:6.2f} s" for name, one in seconds.items())
        sys.stdout.write(f"\nfrom the second approval, {dialect}:{lines}\n")
    assert max(seconds.values()) < AT_ONCE
