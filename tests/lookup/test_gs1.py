"""The GS1 form of a stamp's address: /01/<GTIN>/21/<code>."""

from fastapi import FastAPI

from app.kit.db import Database
from app.products.models import ProductPack
from app.stamps.export_actions import Wanted, ask_export
from app.stamps.export_api import press_of
from tests import make
from tests.conftest import Cast, Visit

GTIN, PACK, OTHER = "09520001000013", "19520001000010", "09520002000012"


def test_the_gs1_form_opens_the_very_page_of_the_stamp_and_only_for_its_product(
    app: FastAPI, database: Database, cast: Cast, visit: Visit
) -> None:
    keyring = app.state.keyring
    with database.begin() as db:
        product = make.product(db, of=cast.entity, gtin=GTIN)
        make.product(db, of=cast.other, gtin=OTHER)
        pack = ProductPack(product_id=product.id, name="Thùng", gtin=PACK)
        db.add(pack)
        db.flush()
        plain, packed = (
            make.issued_batch(db, of=product, keyring=keyring, quantity=3) for _ in range(2)
        )
        packed.pack_id = pack.id
        one, two = (make.code(batch, 1, keyring=keyring) for batch in (plain, packed))
        bare = make.issued_batch(db, of=make.product(db, of=cast.entity), keyring=keyring)
        bare_code = make.code(bare, 1, keyring=keyring)
    client = visit()

    def page(gtin: str, code: str) -> tuple[int, str]:
        answer = client.get(f"/01/{gtin}/21/{code}")
        return answer.status_code, answer.text

    short = client.get(f"/t/{one}")
    assert page(GTIN, one) == (200, short.text)
    # As a wholesale label or an old scanner writes it.
    assert page(GTIN.lstrip("0"), one.lower())[0] == 200
    assert page(PACK, two)[0] == page(GTIN, two)[0] == 200
    unknown = client.get(f"/t/{'0' * 20}")
    for gtin, code in ((OTHER, one), (PACK, one), ("0" * 14, one), ("x", one), (GTIN, bare_code)):
        status, text = page(gtin, code)
        assert status == unknown.status_code == 404
        assert "Tôm khô" not in text
    assert page("0" * 14, bare_code)[0] == 404
    assert page(GTIN, "0" * 20)[0] == page(GTIN, "")[0] == 404
    head = client.head(f"/01/{GTIN}/21/{one}")
    assert (head.status_code, head.content) == (200, b"")


def test_a_printed_address_stays_good_when_the_product_gets_another_gtin(
    app: FastAPI, database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, gtin=GTIN)
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring, quantity=3)
        code = make.code(batch, 1, keyring=app.state.keyring)
        wanted = Wanted(batch_id=batch.id, format="pdf", reason="In")
        ask_export(db, actor=cast.officer.actor, now=make.NOW, press=press_of(app), wanted=wanted)
        product.gtin = OTHER
    client = visit()
    assert client.get(f"/01/{GTIN}/21/{code}").status_code == 200
    assert client.get(f"/01/{OTHER}/21/{code}").status_code == 200
    assert client.get(f"/01/{PACK}/21/{code}").status_code == 404
