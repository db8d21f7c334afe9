"""A practice farm works like any other, and nothing of it is real, public or counted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import Route

from app.diary.models import Lot, LotNotice
from app.diary.practice_actions import NotPractice, start_over
from app.entities.actions import add_entity, change_entity
from app.entities.import_queries import KnownEntities
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.entities.rules import PRACTICE_MARK, PracticeOnly
from app.identity.models import Membership
from app.identity.rules import Belonging
from app.kit.db import Database
from app.office.board_queries import count_reached
from app.office.queries import count_all
from app.partners.event_queries import told_of
from app.partners.events import Happening
from app.products.actions import change_product
from app.products.certificate_actions import add_certificate
from app.products.models import Product
from app.rights.use_right_actions import add_use_right
from app.routes import ROUTERS
from app.stamps import actions as stamp_actions
from app.stamps.quota_actions import add_quota
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

SECRET, KNOWN = "Trại Thử Kín", "Trại Thật Mở"
GTINS = {SECRET: "09520001000027", KNOWN: "09520001000010"}
GLNS = {SECRET: "9520001000034", KNOWN: "9520001000003"}
# What the world asks by number, past the routes' own names.
NUMBERED = frozenset(
    {
        *("/01/{gtin}", "/01/{gtin}/10/{number}", "/01/{gtin}?linkType=linkset", "/417/{gln}"),
        *("/414/{gln}", "/oembed?url=https://ocop.test/p/{product_id}"),
        *("/api/v1/verify/products/{gtin}", "/report?about=product&id={product_id}"),
        *("/p/{product_id}?linkType=linkset", "/products?q=Thu", "/products?q={gtin}"),
    }
)
WHO: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}


@dataclass(frozen=True)
class Farm:
    """A farm with a product, a lot that was held, and a place, with all its numbers."""

    name: str
    ids: dict[str, Any]

    @property
    def entity(self) -> int:
        return int(self.ids["entity_id"])


def farm(db: Session, name: str, *, practice: bool) -> Farm:
    # Its numbers are put there past the actions, which refuse them: even so nobody finds it.
    entity = make.entity(db, name=name, practice=practice, gln=GLNS[name])
    product = make.product(db, of=entity, name=f"Mắm {name}", gtin=GTINS[name])
    lot = make.complete_lot(db, of=product, number=f"LO-{entity.id}")
    lot.state = "released"
    told = {"kind": "recall", "reason": f"Vì {name}", "set_at": make.NOW, "set_by": "Cán bộ"}
    db.add(LotNotice(lot_id=lot.id, **told))
    facts = {"name": f"Ao {name}", "folded": "ao", "created_at": make.NOW, "updated_at": make.NOW}
    db.add(Facility(entity_id=entity.id, location_code="9520001000041", **facts))
    db.flush()
    ids = {
        "entity_id": entity.id,
        "product_id": product.id,
        "product": product.id,
        "lot_id": lot.id,
        "number": lot.number,
        "gtin": GTINS[name],
        "gln": GLNS[name],
        "part": "p-1",
        "picture": f"{product.id:064x}-320.webp",
    }
    return Farm(name, ids)


@pytest.fixture
def farms(database: Database) -> tuple[Farm, Farm]:
    with database.begin() as db:
        return farm(db, SECRET, practice=True), farm(db, KNOWN, practice=False)


def addresses(ids: dict[str, Any]) -> dict[str, str]:
    """Return the address of each page and answer there is, as far as it can be named, by route."""
    paths = {
        route.path_format
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, Route | APIRoute) and "GET" in (route.methods or {"GET"})
    }
    named = {path for path in paths if set(re.findall(r"{(\w+)}", path)) <= ids.keys()}
    return {path: path.format(**ids) for path in (named | NUMBERED) - {"/metrics"}}


def asked(client: Client, one: Farm) -> tuple[set[str], set[str]]:
    """Return the routes that tell of a farm by name, and those that answer for what is its own."""
    telling, answering = set(), set()
    escaped = one.name.encode("unicode_escape").decode()
    for route, path in addresses(one.ids).items():
        answer = client.get(path)
        if one.name in answer.text or escaped in answer.text:
            telling.add(route)
        if route != path and answer.is_success:
            answering.add(route)
    return telling, answering


def test_no_address_of_the_public_tells_of_a_practice_farm(
    visit: Visit, farms: tuple[Farm, Farm]
) -> None:
    anybody, (practice, real) = visit(), farms
    shown, _ = asked(anybody, real)
    wanted = {"/p/{product_id}", "/l/{lot_id}", "/e/{entity_id}", "/products", "/entities"}
    assert wanted | {"/recalls", "/badge/{product}.svg"} <= shown, "of a real one they tell"
    telling, answering = asked(anybody, practice)
    assert telling == set()
    # Forms, and a part of a list that is of all that there are.
    assert answering <= {
        "/products?q={gtin}",
        "/sitemap/{part}.xml",
        "/report?about=product&id={product_id}",
    }
    assert f"/p/{practice.ids['product_id']}<" not in anybody.get("/sitemap/p-1.xml").text
    listed = anybody.get("/api/v1/verify/products?limit=500").json()["items"]
    assert [one["id"] for one in listed] == [real.ids["product_id"]]


def test_the_world_is_told_no_event_of_it(database: Database, farms: tuple[Farm, Farm]) -> None:
    practice, real = farms
    with database.begin(write=False) as db:
        for one, tells in ((practice, False), (real, True)):
            of = {"before": {}, "after": {"reason": "x", "number": "1"}}
            happening = Happening(
                1, make.NOW, "lot.recall", str(one.ids["lot_id"]), one.entity, **of
            )
            assert (told_of(db, happening, base_url="https://ocop.test") is not None) is tells


def test_it_stands_apart_from_the_departments_lists_and_figures(
    database: Database, visit: Visit, cast: Cast, farms: tuple[Farm, Farm]
) -> None:
    practice, real = farms
    page, api = visit(page=cast.officer), visit(api=cast.officer)
    lists = ("/office/entities", "/office/products", "/office/lots", "/office/recalls", "/office")
    for path in (*lists, "/office/board", "/office/alerts"):
        for ending in ("", "?file=csv"):
            assert SECRET not in page.get(path + ending).text, path
    assert KNOWN in page.get("/office/entities").text
    assert SECRET in page.get("/office/entities?status=practice").text
    assert SECRET in page.get(f"/office/products?entity={practice.entity}").text
    assert "Nông trại tập dượt" in page.get(f"/office/entities/{practice.entity}").text
    ids = {one["id"] for one in api.get("/api/v1/entities").json()["items"]}
    assert real.entity in ids
    assert practice.entity not in ids
    (alone,) = api.get("/api/v1/entities?practice=true").json()["items"]
    assert alone["practice"]
    with database.begin() as db:
        before = count_all(db), count_reached(db, actor=make.SYSTEM)[0]
        other = make.product(db, of=make.entity(db, practice=True))
        make.lot(db, of=other)
        assert (count_all(db), count_reached(db, actor=make.SYSTEM)[0]) == before
        known = KnownEntities(db)
        assert practice.entity not in known.by_id
        assert GLNS[SECRET] not in known.by_gln


def test_it_gets_no_numbers_certificates_rights_or_stamps(db: Session) -> None:
    made = add_entity(db, name="Trại học", kind="household", practice=True, **WHO)
    assert made.name == f"Trại học{PRACTICE_MARK}"
    assert change_entity(db, entity_id=made.id, name="Trại khác", **WHO).name.endswith(
        PRACTICE_MARK
    )
    product = make.product(db, of=made)
    of: dict[str, Any] = {"product_id": product.id, **WHO}
    refused: list[Callable[[], object]] = [
        lambda: change_entity(db, entity_id=made.id, tax_no="0123456789", **WHO),
        lambda: change_product(db, gtin=GTINS[KNOWN], **of),
        lambda: add_certificate(
            db, stars=3, decision_no="1", valid_from=make.TODAY, issuer="UBND", **of
        ),
        lambda: add_use_right(db, right_id=make.right(db).id, valid_from=make.TODAY, **of),
        lambda: add_quota(db, year=2026, entity_id=made.id, quantity=5, **WHO),
        lambda: stamp_actions.request_batch(db, quantity=5, reason="x", largest=9, **of),
    ]
    for act in refused:
        with pytest.raises(PracticeOnly):
            act()
        db.expire_all()


def test_its_people_are_told_on_each_page_and_start_over_with_an_empty_farm(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        old = make.entity(db, name=f"Trại học{PRACTICE_MARK}", practice=True)
        product = make.product(db, of=old, name="Tôm tập")
        lot = make.lot(db, of=product, number="TAP-1")
        learner = make.person(db, "Người học", entity=old, belonging=Belonging.WORKER)
    phone, officer = visit(page=learner), visit(page=cast.officer)
    assert "Nông trại tập dượt" in phone.get("/app/lots").text
    assert "Nông trại tập dượt" not in visit(page=cast.owner).get("/app/lots").text
    assert "TAP-1" in phone.get("/app/lots").text
    answer = officer.post(f"/office/entities/{old.id}/start-over")
    assert answer.status_code == 303
    assert "TAP-1" not in phone.get("/app/lots").text
    with database.begin() as db:
        mine = select(Membership.entity_id).where(Membership.account_id == learner.account_id)
        new = db.get_one(Entity, db.scalars(mine).one())
        assert (new.practice, new.name) == (True, old.name)
        assert db.get_one(Entity, old.id).status == "dissolved"
        copied = db.scalars(select(Product.name).where(Product.entity_id == new.id)).all()
        assert copied == ["Tôm tập"]
        assert db.get_one(Lot, lot.id).number == "TAP-1"
        with pytest.raises(NotPractice):
            start_over(db, entity_id=cast.entity.id, **WHO)
