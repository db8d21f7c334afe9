"""Records in full: what hangs on entities and products, trainings, history, the end of both."""

from typing import Any

from sqlalchemy.orm import Session

from app.diary.process_actions import propose_process
from app.entities.contact_actions import add_contact
from app.entities.facility_actions import add_code, add_facility
from app.entities.training_actions import record_training
from app.products.pack_actions import add_pack
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, SEND, Stop

_ENTITY = "/office/entities/{full_entity}"
_PRODUCT = "/office/products/{full_product}"

PAGES = {
    OFFICE: {
        "entities/one.html": [_ENTITY],
        "entities/history.html": [f"{_ENTITY}/history"],
        "entities/facility.html": [f"{_ENTITY}/facilities/new"],
        "entities/code.html": [f"{_ENTITY}/facilities/{{facility}}/codes/new"],
        "entities/contact.html": [f"{_ENTITY}/contacts/{{contact}}/edit"],
        "entities/consent.html": [f"{_ENTITY}/consents/new"],
        "entities/trainings.html": ["/office/trainings", "/office/trainings?q=zzz"],
        "entities/training.html": ["/office/trainings/new"],
        "products/one.html": [_PRODUCT],
        "products/history.html": [f"{_PRODUCT}/history"],
        "products/pack.html": [f"{_PRODUCT}/packs/new"],
        "products/subgroups.html": ["/office/subgroups", "/office/subgroups?version=2023"],
        "products/subgroup_new.html": ["/office/subgroups/new"],
        "diary/process.html": [f"{_PRODUCT}/process"],
        "office/dissolve.html": [f"{_ENTITY}/dissolve"],
        "office/retire.html": [f"{_PRODUCT}/retire", "/office/products/1/retire"],
    },
}
ACTS = (
    Stop("entities/training.html", OFFICE, "/office/trainings/new", (("#trainer", "Hoa"),), SEND),
    Stop(
        "entities/facility.html",
        OFFICE,
        f"{_ENTITY}/facilities/new",
        (
            ("#name", "A"),
            ("#latitude", "8"),
        ),
        "main .acts button",
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    long = "Hợp tác xã Nông nghiệp Dịch vụ Nuôi trồng Chế biến Thủy sản Sinh thái Viên An"
    entity = make.entity(db, name=long, phone="0290 3831 234", representative="Bà Nguyễn Thị Dài")
    product = make.product(db, of=entity, name=f"Cá khoai khô {long}", picture=False)
    on: dict[str, Any] = who | {"entity_id": entity.id}
    facility = add_facility(db, **on, name=f"Ao số 1 của {long}", address=long)
    add_code(db, **on, facility_id=facility.id, scheme="pond", code="AO-96-0001", issuer=long)
    contact = add_contact(db, **on, name="Trần Văn Có Tên Rất Dài", phone="0988 000 111")
    people = {entity.id: 12}
    record_training(db, **who, people=people, held_on=make.TODAY, trainer="Cô Hoa", topic=long)
    add_pack(db, **who, product_id=product.id, name=f"Thùng 12 gói {long}")
    propose_process(db, **who, product_id=product.id, stages=["Rửa", "Phơi"], note=long)
    return {
        "full_entity": entity.id,
        "full_product": product.id,
        "facility": facility.id,
        "contact": contact.id,
    }
