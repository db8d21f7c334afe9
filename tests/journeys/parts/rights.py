"""What is recorded of a right over time, its documents and the picture of its sign."""

from typing import Any

from sqlalchemy.orm import Session

from app.kit.files import Files
from app.rights.models import IpRight
from app.stamps.keyring import Keyring
from tests import make, make_rights

PUBLIC = "GET /signs/{sign}"
API, PAGE = "/api/v1/rights/{right_id}", "/office/rights/{right_id}"
ALLOWED = {
    "owfpairmx": f"GET {PAGE}/picture",
    "fpair": f"GET {PAGE}/history",
    "fpa": f"""
        GET {PAGE}/uncheck {PAGE}/decisions/new {PAGE}/decisions/{{decision_id}}/annul
            {PAGE}/holders/new {PAGE}/holders/{{holder_id}} {PAGE}/areas/new
            {PAGE}/areas/{{area_id}}
        POST {API}/check {API}/uncheck {API}/products {API}/products/{{product_id}}/unlink
            {API}/decisions {API}/decisions/{{decision_id}}/annul
            {API}/holders {API}/holders/{{holder_id}}/end {API}/holders/{{holder_id}}/strike
            {API}/areas {API}/areas/{{area_id}}/end {API}/areas/{{area_id}}/strike
            {PAGE}/check {PAGE}/uncheck {PAGE}/products {PAGE}/products/{{product_id}}/unlink
            {PAGE}/decisions/new {PAGE}/decisions/{{decision_id}}/annul
            {PAGE}/holders/new {PAGE}/holders/{{holder_id}}/end
            {PAGE}/holders/{{holder_id}}/strike {PAGE}/areas/new {PAGE}/areas/{{area_id}}/end
            {PAGE}/areas/{{area_id}}/strike {PAGE}/picture {PAGE}/picture/remove
            {PAGE}/documents
    """,
}
_DAY = "2026-03-01"
_WHY = {"reason": "Ghi nhầm"}


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"POST {API}/{name}": body for name, body in _sent().items()} | {
        f"POST {API}/uncheck": _WHY,
        f"POST {API}/decisions": _decision(),
        f"POST {API}/holders": _holder(),
        f"POST {API}/areas": {"as_written": "Ngọc Hiển"},
    }


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{PAGE}/{name}": body for name, body in _sent().items()} | {
        f"{PAGE}/uncheck": _WHY,
        f"{PAGE}/decisions/new": _decision(),
        f"{PAGE}/holders/new": _holder(),
        f"{PAGE}/areas/new": {"as_written": "Ngọc Hiển"},
        f"{PAGE}/documents": {"kind": "map"},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    right = make_rights.picture_of_it(db.get_one(IpRight, ids["right_id"]))
    return {
        "decision_id": make_rights.decision(db, right).id,
        "holder_id": make_rights.holder(db, right).id,
        "area_id": make_rights.area(db, right).id,
        "sign": make_rights.sign_name(),
    }


def kept(files: Files) -> None:
    make_rights.keep(files)


def _sent() -> dict[str, dict[str, Any]]:
    return {
        "decisions/{decision_id}/annul": _WHY,
        "holders/{holder_id}/end": {"to_day": _DAY},
        "holders/{holder_id}/strike": _WHY,
        "areas/{area_id}/end": {"to_day": _DAY},
        "areas/{area_id}/strike": _WHY,
    }


def _decision() -> dict[str, Any]:
    return {"kind": "ended", "effective_on": str(make.TODAY), "reason": "Hủy bỏ"}


def _holder() -> dict[str, Any]:
    return {"role": "manager", "name": "Hội Nông dân", "document": "QĐ 1"}
