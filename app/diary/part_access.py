"""A part of a photo as a phone sends it: its bytes, their digest, and where they belong."""

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request

from app.products.pictures import MAX_BYTES

PART_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The part itself; empty where only the end is to be confirmed.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {
            "name": "Content-Digest",
            "in": "header",
            "required": True,
            "description": "Of the part, by RFC 9530: `sha-256=:<base64>:`.",
            "schema": {"type": "string"},
        }
    ],
}


async def _content(request: Request) -> bytes:
    return await request.body()


def digest_of(request: Request) -> bytes | None:
    """Return the SHA-256 a part was sent with, none where none can be read."""
    for one in request.headers.get("content-digest", "").split(","):
        name, _, value = one.strip().partition("=")
        inner = value.partition(";")[0].strip()
        if name.lower() == "sha-256" and inner[:1] == inner[-1:] == ":" and inner != ":":
            try:
                return base64.b64decode(inner[1:-1], validate=True)
            except (binascii.Error, ValueError):
                return None
    return None


Content = Annotated[bytes, Depends(_content)]
PhotoHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Offset = Annotated[int, Query(ge=0, le=MAX_BYTES)]
