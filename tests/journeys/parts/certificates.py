"""Certificates of all kinds, what is asked for before activation, and who grants stars."""

from typing import Any

from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make_certificates

_API = "/api/v1/certificates"
_POLICY = "/api/v1/certificate-policy"
_ONE = "/office/certificates/{paper_id}"
_OCOP = "/office/ocop-certificates/{ocop_id}"
_CODE = "/office/entities/{entity_id}/facilities/{facility_id}/codes/{code_id}"
_PRODUCT = "/office/products/{product_id}"
EVERYBODY, KEEPERS, OFFICERS = "owfpairmx", "owfpair", "fpa"
ALLOWED = {
    EVERYBODY: f"""
        GET {_API} /office/certificates /office/ocop-certificates /office/facility-codes
            /app/certificates
    """,
    KEEPERS: f"GET {_API}/{{paper_id}} {_ONE} {_OCOP}",
    "fpair": f"GET /office/certificate-policy /office/issuers {_POLICY}",
    "a": f"POST /office/certificate-policy /office/issuers {_POLICY} {_POLICY}/preview",
    OFFICERS: f"""
        GET /office/certificates/new {_ONE}/edit {_ONE}/renew {_ONE}/strike
            /office/certificates/revoke /office/ocop-certificates/revoke {_CODE}/retire
        POST {_API} {_API}/revoke {_API}/{{paper_id}}/renew {_API}/{{paper_id}}/strike
            /office/certificates/new /office/certificates/revoke
            /office/certificates/declarations /office/ocop-certificates/revoke
            {_ONE}/edit {_ONE}/renew {_ONE}/strike {_ONE}/documents
            {_OCOP}/documents {_OCOP}/strike
        PUT {_API}/{{paper_id}}
    """,
}
QUERIES = {
    "/office/certificates/new": "?entity={entity_id}",
    "/office/certificates/revoke": "?one={paper_id}",
    "/office/ocop-certificates/revoke": "?one={ocop_id}",
}
TERM = {"number": "12/2026/VG", "valid_from": "2026-01-01"}
ASKED = {"in_force_from": "2040-01-01", "all_of": ["haccp"]}
REVOCATION = {"decision_no": "9/QĐ", "reason": "Hết điều kiện"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"POST {_API}": TERM | {"entity_id": ids["entity_id"], "kind": "vietgap"},
        f"PUT {_API}/{{paper_id}}": TERM | {"kind": "food_safety"},
        f"POST {_API}/revoke": REVOCATION | {"certificates": [ids["paper_id"]]},
        f"POST {_API}/{{paper_id}}/renew": TERM,
        f"POST {_API}/{{paper_id}}/strike": {"reason": "Nhầm"},
        f"POST {_POLICY}": ASKED,
        f"POST {_POLICY}/preview": ASKED,
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "/office/certificates/new": TERM | {"kind": "vietgap"},
        "/office/certificates/revoke": REVOCATION | {f"one_{ids['paper_id']}": "on"},
        "/office/ocop-certificates/revoke": REVOCATION | {f"one_{ids['ocop_id']}": "on"},
        "/office/certificate-policy": {"in_force_from": "2040-01-01", "all_haccp": "on"},
        "/office/issuers": {
            "stars": "3",
            "level": "centre",
            "valid_from": "2040-01-01",
            "source": "QĐ",
        },
        f"{_ONE}/edit": TERM | {"kind": "food_safety"},
        f"{_ONE}/renew": TERM,
        f"{_ONE}/strike": {"reason": "Nhầm"},
        f"{_OCOP}/strike": {"reason": "Nhầm"},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    entity = db.get_one(Entity, ids["entity_id"])
    product = db.get_one(Product, ids["product_id"])
    return {
        "paper_id": make_certificates.certificate(db, of=entity).id,
        "ocop_id": make_certificates.ocop(db, of=product).id,
    }
