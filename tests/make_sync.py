"""What a phone sends: bodies of a sync, and parts of photos."""

import base64
import hashlib
from typing import Any
from uuid import uuid4

import httpx

from app.diary.models import Lot
from tests import make
from tests.client import Client

PATH = "/api/v1/sync"
EIGHT = "2026-03-10T08:00:00+07:00"


def entry(of: Lot | None, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an entry
    """An entry of a lot, written down two hours before it is sent."""
    named = {} if of is None else {"lot_id": of.id}
    given = {
        "id": str(uuid4()),
        "kind": "feeding",
        "performed_at": EIGHT,
        "device_at": EIGHT,
        "values": {"quantity": 3, "unit": "KGM"},
    }
    return given | named | facts


def correction(of: dict[str, Any], **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    more = {"id": str(uuid4()), "amends": of["id"], "reason": "Ghi nhầm"}
    return of | {"values": {"quantity": 5, "unit": "KGM"}} | more | facts


def lot(product_id: int, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - members of a lot
    given = {"uid": str(uuid4()), "product_id": product_id, "production_date": "2026-03-10"}
    return given | facts


def batch(*entries: object, lots: tuple[object, ...] = (), **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    given = {
        "format": 1,
        "app": "1.0",
        "device": str(uuid4()),
        "sent_at": make.NOW.isoformat(),
        "lots": list(lots),
        "entries": list(entries),
    }
    return given | facts


def send(client: Client, *entries: object, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Send a batch and return its answer, which must be one."""
    answer = client.post(PATH, json=batch(*entries, **facts))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def promised(raw: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}


def photo_path(of: dict[str, Any], raw: bytes) -> str:
    return f"{PATH}/photos/{of['id']}/{hashlib.sha256(raw).hexdigest()}"


def digest(part: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(part).digest()).decode()}:"


def put(client: Client, path: str, part: bytes, at: int, **headers: str) -> httpx.Response:
    """Send a part of a photo."""
    told = {"content-digest": digest(part), "content-type": "application/octet-stream"}
    return client.request("PUT", f"{path}?offset={at}", content=part, headers=told | headers)
