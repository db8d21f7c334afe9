"""A JSON schema of linksets, written from RFC 9264 section 4.2, narrowed to what resolvers give."""

from typing import Any, Final

import jsonschema_rs

_TEXT: Final = {"type": "string", "minLength": 1}
_ADDRESS: Final = {"type": "string", "pattern": '^https?://[^\\s<>"{}|\\\\^`]+$'}
_TAG: Final = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_TARGET: Final = {
    "type": "object",
    "required": ["href", "title"],
    "additionalProperties": False,
    "properties": {
        "href": _ADDRESS,
        "title": _TEXT,
        "type": {"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"},
        "hreflang": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": _TAG},
        },
    },
}
_CONTEXT: Final = {
    "type": "object",
    "required": ["anchor"],
    "additionalProperties": False,
    "minProperties": 2,
    "properties": {
        "anchor": _ADDRESS,
        "itemDescription": _TEXT,
        # The default has no language and no type: it is for everybody.
        "https://ref.gs1.org/voc/defaultLink": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {**_TARGET, "maxProperties": 2},
        },
    },
    "patternProperties": {
        "^https://ref\\.gs1\\.org/voc/[A-Za-z]+$": {
            "type": "array",
            "minItems": 1,
            "items": _TARGET,
        }
    },
}
LINKSET: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["linkset"],
    "additionalProperties": False,
    "properties": {"linkset": {"type": "array", "minItems": 1, "items": _CONTEXT}},
}
DESCRIPTION: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["resolverRoot", "supportedPrimaryKeys", "contact", "jsonLdContextLocation"],
    "properties": {
        "resolverRoot": _ADDRESS,
        "supportedPrimaryKeys": {"type": "array", "items": {"pattern": "^[0-9]{2,4}$"}},
        "supportedLinkType": {
            "type": "array",
            "items": {
                "required": ["namespace", "prefix"],
                "properties": {"namespace": _ADDRESS, "prefix": {"pattern": "^[a-z0-9]+:$"}},
            },
        },
        "contact": {"type": "object", "required": ["fn"], "properties": {"fn": _TEXT}},
        "jsonLdContextLocation": _ADDRESS,
        "linkTypeDefaultCanBeLinkset": {"type": "boolean"},
    },
}


def check_linkset(found: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - whatever was answered
    """Return the contexts of a linkset by their anchors, or raise what is wrong with it."""
    jsonschema_rs.validate(LINKSET, found)
    contexts = {one["anchor"]: one for one in found["linkset"]}
    assert len(contexts) == len(found["linkset"])
    return contexts
