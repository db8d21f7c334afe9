"""The GS1 form of a stamp's address: it leads to the stamp's page, and for its product only."""

from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy import select

from app.kit.db import Database
from app.products.models import Product, ProductPack
from app.stamps.export_actions import Wanted, ask_export
from app.stamps.export_api import press_of
from app.stamps.keyring import Keyring
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.lookup.conftest import GTIN, OTHER, PACK, Scene

BASE = "https://ocop.test"


def leads(client: Client, gtin: str, code: str) -> str:
    """Return where a stamp's GS1 form leads, or its status where it leads nowhere."""
    answer = client.get(f"/01/{gtin}/21/{code}")
    target: str = answer.headers.get("location", str(answer.status_code))
    return target.removeprefix(BASE)


def test_the_gs1_form_leads_to_the_stamp_and_only_for_its_product(
    gs1: Scene, database: Database, visit: Visit
) -> None:
    with database.begin() as db:
        other = make.product(db, of=gs1.cast.other, gtin=OTHER)
        pack_id = db.scalars(select(ProductPack.id)).one()
        packed = make.issued_batch(db, of=gs1.product, keyring=gs1.keyring, quantity=3)
        packed.pack_id = pack_id
        two = make.code(packed, 1, keyring=gs1.keyring)
        bare = make.issued_batch(db, of=make.product(db, of=gs1.cast.entity), keyring=gs1.keyring)
        bare_code = make.code(bare, 1, keyring=gs1.keyring)
    client, one, unknown = visit(), gs1.active, f"/p/{gs1.product.id}/serial/"
    # Twice: the second is told without the database.
    for _ in range(2):
        assert leads(client, GTIN, one) == f"/t/{one}"
        assert leads(client, GTIN, one.lower()) == f"/t/{one}"
        assert leads(client, PACK, two) == leads(client, GTIN, two) == f"/t/{two}"
        assert leads(client, PACK, one) == unknown + one
        assert leads(client, OTHER, one) == f"/p/{other.id}/serial/{one}"
        assert leads(client, GTIN, bare_code) == unknown + bare_code
    assert leads(client, "0" * 14, bare_code) == leads(client, "00000000000017", one) == "404"
    assert leads(client, "0" * 13, one) == leads(client, "x", one) == "400"
    page = client.get(f"/p/{other.id}/serial/{one}")
    assert page.status_code == 404
    assert "Tôm khô Rạch Gốc" not in page.text
    head = client.head(f"/01/{GTIN}/21/{one}")
    assert (head.status_code, head.content) == (307, b"")


def test_the_short_way_answers_as_the_route_does(gs1: Scene, visit: Visit) -> None:
    client = visit()
    for path in (f"/01/{GTIN}/21/{gs1.active}", f"/01/{GTIN}", f"/01/{PACK}/10/{gs1.lot.number}/"):
        asked = f"{path}?a=%7C|&17=261231"
        first, again, head = client.get(asked), client.get(asked), client.head(asked)
        assert first.status_code == 307
        # But for what guards pages, which an empty answer is none of.
        kept = [*again.headers.keys() - {"x-request-id"}]
        assert {"location", "link", "vary", "access-control-allow-origin"} < set(kept)
        told = [[one.headers[name] for name in kept] for one in (first, again, head)]
        assert told[0] == told[1] == told[2]
        # What is wrong with an address is told however well it is known.
        assert client.get(f"{path}?21=x").status_code == 400
        assert client.get(path, headers={"accept": "application/linkset+json"}).status_code == 200
        assert client.get(f"{path}?linkType=gs1:x").status_code == 404
        assert client.post(path).status_code == 405


def test_a_printed_address_stays_good_when_the_product_gets_another_gtin(
    app: FastAPI, database: Database, cast: Cast, clock: Clock, visit: Visit
) -> None:
    keyring: Keyring = app.state.keyring
    with database.begin() as db:
        product = make.product(db, of=cast.entity, gtin=GTIN)
        batch = make.issued_batch(db, of=product, keyring=keyring, quantity=3)
        code = make.code(batch, 1, keyring=keyring)
        wanted = Wanted(batch_id=batch.id, format="pdf", reason="In")
        ask_export(db, actor=cast.officer.actor, now=make.NOW, press=press_of(app), wanted=wanted)
    client = visit()
    assert leads(client, GTIN, code) == f"/t/{code}"
    with database.begin() as db:
        db.get_one(Product, product.id).gtin = OTHER
    # What is kept of the batch is asked for anew within a minute.
    clock.now += timedelta(minutes=1)
    assert leads(client, GTIN, code) == leads(client, OTHER, code) == f"/t/{code}"
    assert leads(client, PACK, code) == "404"
