"""Records in full: what hangs on entities and products, trainings, history, the end of both."""

from typing import Any

from sqlalchemy.orm import Session

from app.diary.process_actions import propose_process
from app.entities.consent_actions import give_consent
from app.entities.contact_actions import add_contact
from app.entities.facility_actions import add_code, add_facility
from app.entities.training_actions import record_training
from app.products.pack_actions import add_pack
from app.stamps.keyring import Keyring
from tests import make

_ENTITY = "/office/entities/{entity_id}"
_API = "/api/v1/entities/{entity_id}"
_PRODUCT = "/office/products/{product_id}"
_PRODUCTS = "/api/v1/products/{product_id}"
KEEPERS, OFFICERS, PRIVATE = "owfpair", "fpa", "ofpai"
ALLOWED = {
    "owfpairmx": "GET /office/trainings /api/v1/subgroups",
    "fpair": "GET /office/subgroups",
    "a": "GET /office/subgroups/new POST /office/subgroups/new /api/v1/subgroups",
    KEEPERS: f"""
        GET {_API}/facilities {_API}/contacts {_API}/trainings {_PRODUCTS}/packs
            {_PRODUCTS}/processes {_PRODUCT}/history {_PRODUCT}/process
    """,
    PRIVATE: f"GET {_API}/consents {_ENTITY}/history",
    OFFICERS: f"""
        GET /office/trainings/new {_ENTITY}/facilities/new
            {_ENTITY}/facilities/{{facility_id}}/edit
            {_ENTITY}/facilities/{{facility_id}}/codes/new
            {_ENTITY}/contacts/new {_ENTITY}/contacts/{{contact_id}}/edit {_ENTITY}/dissolve
            {_PRODUCT}/packs/new {_PRODUCT}/packs/{{pack_id}}/edit {_PRODUCT}/retire
        PATCH {_API}/facilities/{{facility_id}} {_API}/contacts/{{contact_id}}
            {_PRODUCTS}/packs/{{pack_id}}
        POST {_API}/facilities +/{{facility_id}}/retire {_API}/facilities/{{facility_id}}/restore
            {_API}/facilities/{{facility_id}}/codes +/{{code_id}}/retire
            {_API}/contacts +/{{contact_id}}/retire
            {_API}/trainings +/{{training_id}}/strike
            /office/trainings/new {_ENTITY}/trainings/{{training_id}}/strike
            {_ENTITY}/facilities/new {_ENTITY}/facilities/{{facility_id}}/edit
            {_ENTITY}/facilities/{{facility_id}}/retire {_ENTITY}/facilities/{{facility_id}}/restore
            {_ENTITY}/facilities/{{facility_id}}/codes/new
            {_ENTITY}/facilities/{{facility_id}}/codes/{{code_id}}/retire
            {_ENTITY}/contacts/new {_ENTITY}/contacts/{{contact_id}}/edit
            {_ENTITY}/contacts/{{contact_id}}/retire {_ENTITY}/dissolve {_ENTITY}/revive
            {_PRODUCTS}/packs +/{{pack_id}}/retire {_PRODUCTS}/packs/{{pack_id}}/restore
            {_PRODUCTS}/processes/{{process_id}}/approve
            {_PRODUCT}/process/{{process_id}}/approve {_PRODUCT}/retire {_PRODUCT}/restore
            {_PRODUCT}/packs/new {_PRODUCT}/packs/{{pack_id}}/edit
            {_PRODUCT}/packs/{{pack_id}}/retire {_PRODUCT}/packs/{{pack_id}}/restore
    """,
    "ofpa": f"""
        GET {_ENTITY}/consents/new
        POST {_API}/consents +/{{consent_id}}/withdraw
            {_ENTITY}/consents/new {_ENTITY}/consents/{{consent_id}}/withdraw
            {_PRODUCTS}/processes {_PRODUCT}/process
    """,
}

FACILITY = {"name": "Vuông tôm 2"}
CODE = {"scheme": "pond", "code": "AO-2"}
CONTACT = {"name": "Chị Tư", "phone": "0988000112"}
CONSENT = {"subject": "representative", "given_by": "Chị Chủ"}
PACK = {"name": "Thùng 10 hộp"}
STAGES = ["Rửa", "Luộc", "Phơi"]
VERSION = {"version": "2040", "source": "QĐ", "valid_from": "2040-01-01", "lines": "1;food;Rau"}
TRAINING = {"held_on": "2026-03-02", "trainer": "Cô Hoa", "people": 2}


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"POST {_API}/facilities": FACILITY,
        f"PATCH {_API}/facilities/{{facility_id}}": {"address": "Ấp 3"},
        f"POST {_API}/facilities/{{facility_id}}/codes": CODE,
        f"POST {_API}/contacts": CONTACT,
        f"PATCH {_API}/contacts/{{contact_id}}": {"position": "Kế toán"},
        f"POST {_API}/consents": CONSENT,
        f"POST {_API}/trainings": TRAINING,
        "POST /api/v1/subgroups": VERSION,
        f"POST {_PRODUCTS}/packs": PACK,
        f"PATCH {_PRODUCTS}/packs/{{pack_id}}": PACK,
        f"POST {_PRODUCTS}/processes": {"stages": STAGES},
        f"POST {_PRODUCTS}/processes/{{process_id}}/approve": {},
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    took_part = {f"entity_{ids['entity_id']}": "on", f"people_{ids['entity_id']}": "2"}
    return {
        "/office/trainings/new": TRAINING | took_part,
        f"{_ENTITY}/facilities/new": FACILITY,
        f"{_ENTITY}/facilities/{{facility_id}}/edit": FACILITY,
        f"{_ENTITY}/facilities/{{facility_id}}/codes/new": CODE,
        f"{_ENTITY}/contacts/new": CONTACT,
        f"{_ENTITY}/contacts/{{contact_id}}/edit": CONTACT,
        f"{_ENTITY}/consents/new": CONSENT,
        f"{_ENTITY}/dissolve": {"dissolved_on": "2026-03-01"},
        "/office/subgroups/new": VERSION,
        f"{_PRODUCT}/packs/new": PACK,
        f"{_PRODUCT}/packs/{{pack_id}}/edit": PACK,
        f"{_PRODUCT}/process": {"stages": "\n".join(STAGES)},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    on: dict[str, Any] = who | {"entity_id": ids["entity_id"]}
    facility = add_facility(db, **on, name="Vuông tôm 1")
    code = add_code(db, **on, facility_id=facility.id, scheme="pond", code="AO-1")
    contact = add_contact(db, **on, name="Anh Ba", phone="0988000111")
    consent = give_consent(db, **on, subject="contact", contact_id=contact.id, given_by="Anh Ba")
    product: dict[str, Any] = who | {"product_id": ids["product_id"]}
    pack = add_pack(db, **product, name="Hộp 10 gói")
    process = propose_process(db, **product, stages=["Rửa", "Phơi"])
    training = record_training(
        db, **who, people={ids["entity_id"]: 1}, held_on=make.TODAY, trainer="Cô Hoa"
    )[0]
    return {
        "facility_id": facility.id,
        "code_id": code.id,
        "contact_id": contact.id,
        "consent_id": consent.id,
        "training_id": training.id,
        "pack_id": pack.id,
        "process_id": process.id,
    }
