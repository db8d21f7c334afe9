"""What lots are made of and where they went: pages of the phone and the office."""

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make, make_trace
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

DRY = "/app/lots/{dry}"
PAGES = {
    OFFICE: {
        "diary/office_trace.html": ["/office/lots/{dry}/trace", "/office/lots/{dry}/trace?way=up"],
        "diary/office_lot.html": ["/office/lots/{dry}"],
    },
    OWNER: {
        "diary/lot.html": [DRY],
        "diary/lot_form.html": ["/app/lots/new?like={dry}"],
        "diary/goods.html": [f"{DRY}/goods", "/app/lots/{raw}/goods"],
        "diary/trace.html": [f"{DRY}/trace", "/app/lots/{lone}/trace"],
        "diary/input_lot.html": [f"{DRY}/inputs/lot"],
        "diary/input_bought.html": [f"{DRY}/inputs/bought"],
        "diary/dispatch.html": [f"{DRY}/dispatches/new"],
        "diary/said.html": [f"{DRY}/inputs/{{salt}}", f"{DRY}/dispatches/{{sent}}"],
        "diary/split.html": ["/app/lots/{raw}/split"],
        "diary/merge.html": ["/app/lots/merge"],
        "diary/distribution.html": [f"{DRY}/distribution", "/app/lots/{raw}/distribution"],
    },
}
ACTS = (
    Stop("diary/input_lot.html", OWNER, f"{DRY}/inputs/lot", (("#source", "zzz"),), SEND),
    Stop("diary/input_bought.html", OWNER, f"{DRY}/inputs/bought", (), SEND),
    Stop("diary/dispatch.html", OWNER, f"{DRY}/dispatches/new", (), SEND),
    Stop("diary/said.html", OWNER, f"{DRY}/inputs/{{salt}}", (), SEND),
    Stop("diary/split.html", OWNER, "/app/lots/{raw}/split", (("#quantity_1", "999"),), SEND),
    Stop("diary/merge.html", OWNER, "/app/lots/merge", (), SEND),
    Stop("diary/distribution.html", OWNER, f"{DRY}/distribution", (("#left", "1"),), SEND),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, int]:
    """Add raw goods, what was made of them here and by another producer, and what was sent."""
    kilos = {"quantity": 120, "unit": "KGM", "unit_as_entered": "kg"}
    product = db.get_one(Product, 1)
    raw = make.lot(db, of=product, number="NL-TOM-01", material="Tôm nguyên liệu", **kilos)
    washed = make.lot(db, of=product, number="TOM-RUA-01", material="Tôm đã luộc", **kilos)
    dry = make.lot(db, of=product, number="TK-01", state="released", **kilos)
    lone = make.lot(db, of=product, number="RIENG")
    other = make.product(db, of=make.entity(db, name="Cơ sở mắm Út Hòa"), picture=False)
    theirs = make.lot(db, of=other, number="MAM-01", state="released")
    hidden = make.lot(db, of=other, number="KIN-01")
    for source, lot in ((raw, washed), (washed, dry), (raw, dry), (dry, theirs), (theirs, hidden)):
        make_trace.link(db, source, lot, quantity=40)
    salt = make_trace.bought(db, dry, "Muối hạt Bạc Liêu", supplier="Đại lý Tư Nhân")
    sent = make_trace.sent(db, dry, receiver="Siêu thị Cà Mau", quantity=30)
    ids = {"raw": raw.id, "dry": dry.id, "lone": lone.id}
    return ids | {"salt": salt.id, "sent": sent.id}
