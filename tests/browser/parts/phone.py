from typing import Any

from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Contact, Proposal
from app.products.models import Product
from app.stamps.actions import request_batch
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import Quota
from tests import make
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

LONG = "Hợp tác xã Nông nghiệp Dịch vụ Nuôi trồng Chế biến Thủy sản Sinh thái Đất Mũi Ngọc Hiển"
ENDS = (("#first_code", "{received}"), ("#last_code", "{received}"))
PAGES = {
    OFFICE: {
        "products/proposals.html": ["/office/proposals", "/office/proposals?state=refused"],
        "products/proposal.html": ["/office/proposals/{proposal}", "/office/proposals/{reached}"],
    },
    OWNER: {
        "products/own_list.html": ["/app/products"],
        "products/own_one.html": ["/app/products/1"],
        "products/own_entity.html": ["/app/entities/{own_entity}"],
        "products/own_propose.html": ["/app/products/1/propose"],
        "products/entity_propose.html": ["/app/entities/{own_entity}/propose"],
        "scans/lookups.html": ["/app/lookups"],
        "stamps/notices.html": ["/app/notices"],
        "stamps/own_batch.html": [
            "/app/stamps/{own_asked}",
            "/app/stamps/{own_handed}",
        ],
        "stamps/own_spoiled.html": ["/app/spoiled"],
        "stamps/activate.html": ["/app/activate?lot=1"],
    },
}
ACTS = (
    Stop("products/proposal.html", OFFICE, "/office/proposals/{proposal}", (), ".danger"),
    Stop("products/own_propose.html", OWNER, "/app/products/1/propose", (("#name", ""),), SEND),
    Stop(
        "products/entity_propose.html",
        OWNER,
        "/app/entities/{own_entity}/propose",
        (("#website", "x"),),
        SEND,
    ),
    Stop("stamps/own_spoiled.html", OWNER, "/app/spoiled", (), SEND),
    Stop(
        "stamps/own_spoiled_preview.html", OWNER, "/app/spoiled", (*ENDS, ("#reason", "Rách")), SEND
    ),
    Stop(
        "stamps/activate.html",
        OWNER,
        "/app/activate?lot=1",
        (("input[name=quantity] >> nth=0", "9999999"),),
        "form[action$=next] button:not([type]) >> nth=0",
    ),
    Stop(
        "stamps/activate_preview.html",
        OWNER,
        "/app/activate?lot=1",
        (("input[name=quantity] >> nth=0", "5"),),
        "form[action$=next] button:not([type]) >> nth=0",
    ),
    Stop("stamps/own_new.html", OWNER, "/app/stamps/new", (("#quantity", "x"),), SEND),
)


def facts(db: Session, keyring: Keyring) -> dict[str, int]:
    """Add what waits for the sample's owner and for an officer, with long words in it."""
    product = db.get_one(Product, 1)
    entity = db.get_one(Entity, product.entity_id)
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    asked = request_batch(
        db, product_id=product.id, quantity=10**6, reason=LONG, largest=10**6, **who
    )
    handed = make.issued_batch(db, of=product, keyring=keyring, handed=60)
    year = {"year": make.TODAY.year, "entity_id": entity.id, "set_at": make.NOW, "set_by": "Sở"}
    db.add(Quota(subject=f"{make.TODAY.year}/{entity.id}//", quantity=10**6, **year))
    db.add(Contact(entity_id=entity.id, name=LONG, phone="0912345678", created_at=make.NOW))
    made = [
        Proposal(
            entity_id=entity.id,
            subject_kind=kind,
            subject_id=key,
            before=before,
            after=after,
            note=LONG,
            proposed_at=make.NOW,
            proposed_by="Chị Chủ",
        )
        for kind, key, before, after in (
            (
                "product",
                product.id,
                {"story": "", "brand": "Cũ"},
                {"story": LONG * 5, "brand": LONG},
            ),
            (
                "entity",
                entity.id,
                {"contact:new": None},
                {"contact:new": {"name": LONG, "position": "", "phone": "0912", "email": ""}},
            ),
        )
    ]
    db.add_all(made)
    db.flush()
    return {
        "own_entity": entity.id,
        "own_asked": asked.id,
        "own_handed": handed.id,
        "proposal": made[0].id,
        "reached": made[1].id,
    }
