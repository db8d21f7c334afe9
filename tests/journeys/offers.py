"""What each route of the tenants' test is sent: bodies of its API, forms of its pages."""

from typing import Any
from uuid import uuid4

from app.kit.web import SAFE
from tests import make
from tests.parts import parts_of

WHEN = "2026-03-10T09:00"
REASON = {"reason": "Kiểm tra"}
CERTIFICATE = {"stars": 3, "decision_no": "2", "issuer": "UBND", "valid_from": "2025-01-01"}
STANDARD = {"kind": "tccs", "number": "TCCS 02"}
ENTITY = {"name": "Hộ kinh doanh Mới", "kind": "household"}
GRANT = {"quantity": 1, "decision_no": "1/QĐ"}
HANDOVER = {"quantity": 1, "receiver": "Chị Chủ"}
QUERIES = {
    "/app/lots/{lot_id}/entries/new": "?stage=packing",
    "/api/v1/batches/{batch_id}/export": "?format=csv&reason=In",
    "/app/activate/done": "?batch={batch_id}&first=1&last=2",
    "/office/batches": "?entity={entity_id}&product={product_id}",
    "/office/lots": "?entity={entity_id}&product={product_id}",
    "/office/products": "?entity={entity_id}",
    "/office/use-rights": "?product={product_id}",
}
for part in parts_of("journeys"):
    QUERIES |= getattr(part, "QUERIES", {})


def offer(method: str, path: str, ids: dict[str, Any]) -> dict[str, Any]:
    """Return what httpx is to send to a route, so that only who sends it decides the answer."""
    if method in SAFE:
        return {}
    if path.endswith(("/pictures", "/photos")):
        field = "photo" if path.endswith("/photos") else "picture"
        return {"files": {field: ("a.jpg", make.picture(size=(90, 80)), "image/jpeg")}}
    if path.startswith("/api/"):
        known = _bodies(ids)
        return {"json": known[f"{method} {path}"]} if f"{method} {path}" in known else {}
    return {"data": _forms(ids).get(path, {})}


def _bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    product = {"product_id": ids["product_id"]}
    ends = {"first_code": ids["code"], "last_code": ids["code"]}
    entry = {"id": str(uuid4()), "kind": "packing", "performed_at": f"{WHEN}:00+07:00"}
    use = product | {"right_id": ids["gi_id"], "valid_from": "2025-01-01"}
    bodies: dict[str, dict[str, Any]] = {
        "POST entities": ENTITY,
        "PATCH entities/{entity_id}": {"address": "Ấp 2"},
        "POST products": {"entity_id": ids["entity_id"], "name": "Cua"},
        "PATCH products/{product_id}": {"brand": "Đất Mũi"},
        "POST products/{product_id}/standards": STANDARD,
        "POST products/{product_id}/certificates": CERTIFICATE,
        "POST products/{product_id}/certificates/{certificate_id}/revoke": REASON
        | {"decision_no": "3"},
        "POST rights": {"type": "gi", "sign": "Năm Căn"},
        "PATCH rights/{right_id}": {"goods": "tôm"},
        "POST rights/{right_id}/check": {"against": "Giấy chứng nhận"},
        "POST rights/{right_id}/products": product,
        "POST use-rights": use,
        "PATCH use-rights/{use_right_id}": {"issuer": "UBND"},
        "POST lots": product | {"number": "N1"},
        "PATCH lots/{lot_id}": {"note": "Mẻ đầu"},
        "POST lots/{lot_id}/entries": entry,
        "POST lots/{lot_id}/entries/{entry_id}/erase": REASON,
        "POST lots/{lot_id}/recall": REASON,
        "POST lots/{lot_id}/recall/lift": REASON,
        "POST lots/{lot_id}/hold": REASON,
        "POST lots/{lot_id}/hold/lift": REASON,
        "POST batches": product | {"quantity": 1},
        "POST batches/{batch_id}/approve": GRANT,
        "POST batches/{batch_id}/refuse": REASON,
        "POST batches/{batch_id}/issue": {},
        "POST batches/{batch_id}/handover": HANDOVER,
        "POST spans/preview": ends,
        "POST spans/activate": ends | {"lot_id": ids["lot_id"]},
        "POST spans/void": ends | REASON,
        "POST stamps/{code}/suspicion": REASON,
        "POST stamps/{code}/suspicion/lift": REASON,
    }
    known = {key.replace(" ", " /api/v1/", 1): body for key, body in bodies.items()}
    return known | _more("bodies", ids)


def _more(name: str, ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for part in parts_of("journeys"):
        found |= getattr(part, name)(ids) if hasattr(part, name) else {}
    return found


def _forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    product = {"product_id": ids["product_id"]}
    ends = {"first_code": ids["code"], "last_code": ids["code"]}
    entry = {"id": str(uuid4()), "performed_at": WHEN, **REASON}
    activation = ends | {"lot_id": ids["lot_id"]}
    on_lot, on_batch = "/office/lots/{lot_id}", "/office/batches/{batch_id}"
    return (
        _more("forms", ids)
        | _register_forms(ids)
        | {
            "/account/keys": {"label": "máy tính", "days": "30"},
            "/account/language": {"language": "vi"},
            "/enrol/{token}": {"password": "bí-mật-dài", "again": "bí-mật-dài"},
            "/office/accounts/new": {
                "phone": "0912345678",
                "name": "A",
                "entity_id": ids["entity_id"],
            },
            "/app/lots/{lot_id}/entries/new": entry,
            "/app/lots/{lot_id}/entries/{entry_id}/correct": entry,
            "/app/lots/new": product | {"number": "N2"},
            "/app/lots/{lot_id}/edit": {"number": "N3"},
            "/app/lots/{lot_id}/hold": REASON,
            "/app/lots/{lot_id}/hold/lift": REASON,
            "/app/activate": activation,
            "/app/activate/confirm": activation,
            "/app/stamps/new": product | {"quantity": 1},
            f"{on_lot}/recall": REASON,
            f"{on_lot}/recall/lift": REASON,
            f"{on_lot}/hold": REASON,
            f"{on_lot}/hold/lift": REASON,
            "/office/batches/new": product | {"quantity": 1},
            f"{on_batch}/approve": GRANT,
            f"{on_batch}/refuse": REASON,
            f"{on_batch}/handover": HANDOVER,
            f"{on_batch}/exports": REASON | {"format": "csv"},
            f"{on_batch}/void": ends | REASON,
            f"{on_batch}/void/confirm": ends | REASON,
            "/office/stamps/{code}/suspicion": REASON,
        }
    )


def _register_forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    product, use = {"product_id": ids["product_id"]}, {"valid_from": "2025-01-01"}
    on_product = "/office/products/{product_id}"
    return {
        "/office/entities/new": ENTITY,
        "/office/entities/{entity_id}/edit": ENTITY,
        "/office/products/new": {"entity_id": ids["entity_id"], "name": "Cua"},
        f"{on_product}/edit": {"name": "Cua", "status": "active"},
        f"{on_product}/certificates/new": CERTIFICATE,
        f"{on_product}/certificates/{{certificate_id}}/revoke": REASON | {"decision_no": "3"},
        f"{on_product}/standards/new": STANDARD,
        "/office/rights/new": {"type": "gi", "sign": "Năm Căn"},
        "/office/rights/{right_id}/edit": {"type": "trademark", "sign": "Năm Căn"},
        "/office/rights/{right_id}/check": {"against": "Giấy chứng nhận"},
        "/office/rights/{right_id}/products": product,
        "/office/use-rights/new": product | use | {"right_id": ids["gi_id"]},
        "/office/use-rights/{use_right_id}/edit": use,
    }
