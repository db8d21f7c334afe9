"""Process templates: everybody signed in reads what is published, officers write."""

from typing import Any

from sqlalchemy.orm import Session

from app.diary.template_actions import add_template, publish_version
from app.diary.template_draft_actions import begin_draft
from app.stamps.keyring import Keyring
from tests import make

_ONE = "/office/templates/{template_id}"
_DRAFT = f"{_ONE}/draft"
_API = "/api/v1/templates"
ALLOWED = {
    "owfpairmx": f"""
        GET /office/templates {_ONE} {_ONE}/versions/{{version}}
            {_ONE}/versions/{{version}}/workbook
            {_API} {_API}/{{template_id}} {_API}/{{template_id}}/versions/{{version}}
    """,
    "fpa": f"""
        GET /office/templates/new {_DRAFT} {_DRAFT}/stage {_DRAFT}/workbook
        POST /office/templates/new /office/templates/import /office/templates/ready
            {_ONE} {_ONE}/retire {_ONE}/restore {_DRAFT} {_DRAFT}/limits {_DRAFT}/stage
            {_DRAFT}/stages/{{stage_code}}/{{act}} {_DRAFT}/publish {_DRAFT}/discard
            {_API} +/{{template_id}}/versions {_API}/{{template_id}}/retire
            {_API}/{{template_id}}/restore
    """,
}
STAGE = {"name": "Rửa", "kind": "processing", "fields": [{"label": "Nước", "kind": "text"}]}


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    body = {"stages": [STAGE, {"name": "Gói", "kind": "packing"}]}
    return {
        f"POST {_API}": {"name": "Bánh phồng", "body": body},
        f"POST {_API}/{{template_id}}/versions": {"body": body},
    }


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    seen = {"seen": "1"}
    return {
        "/office/templates/new": {"name": "Bánh phồng"},
        _ONE: {"name": "Cua biển"},
        f"{_DRAFT}/limits": {"late_after_hours": "24", "approval_after_days": "3", **seen},
        f"{_DRAFT}/stage": {"name": "Gói", "kind": "packing", **seen},
        f"{_DRAFT}/publish": seen,
        f"{_DRAFT}/discard": seen,
    }


def hung(db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    made = add_template(db, **who, name="Cua", name_en="=Crab")
    at = who | {"template_id": made.id}
    publish_version(db, **at, body={"stages": [STAGE]})
    begin_draft(db, **at)
    return {"template_id": made.id, "version": 1, "stage_code": "rua", "act": "down"}
