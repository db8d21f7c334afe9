"""How the open data is described, to machines.

A description is made in two well-known forms: a Data Package of Frictionless, which tells in one
file of fields, sizes and checksums, and a JSON Schema for each file of JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.kit.i18n import N_, Translator
from app.lookup.open_data_tables import TABLES, Field, Table

FORMATS: Final = ("csv", "json")
MEDIA: Final = {"csv": "text/csv", "json": "application/json"}
_PACKAGE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is told of a file beside its contents; its checksum once it is whole."""

    name: str
    form: str
    size: int
    rows: int
    sha256: str
    changed_at: datetime

    @property
    def whole(self) -> bool:
        return bool(self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes, where, and under which terms; empty where none were set."""

    site: str
    name: str
    licence: str
    licence_url: str


_JSON_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "month": {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
    "url": {"type": "string", "format": "uri"},
}
_TABLE_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "date": {"type": "date"},
    "month": {"type": "string"},
    "url": {"type": "string", "format": "uri"},
}


def json_schema(table: Table, *, site: str, words: Translator) -> dict[str, Any]:
    """Return the JSON Schema of a table's file of JSON: a list of objects."""
    members = {one.name: _json_field(one, words) for one in table.fields}
    return {
        "$schema": _DIALECT,
        "$id": f"{site}/open-data/{table.name}.schema.json",
        "title": words.gettext(table.title),
        "description": words.gettext(table.about),
        "type": "array",
        "items": {
            "type": "object",
            "properties": members,
            "required": table.names,
            "additionalProperties": False,
        },
    }


def _json_field(field: Field, words: Translator) -> dict[str, Any]:
    described: dict[str, Any] = dict(_JSON_TYPES[field.type])
    if field.choices:
        described["enum"] = list(field.choices)
    if not field.required:
        described = {"anyOf": [described, {"type": "null"}]}
    return {"description": words.gettext(field.about), **described}


def package(
    files: Iterable[FileFacts], *, by: Publisher, words: Translator, now: datetime
) -> dict[str, Any]:
    """Return the Data Package of all files, as Frictionless describes it."""
    described: dict[str, Any] = {
        "$schema": _PACKAGE,
        "name": "ocop",
        "id": f"{by.site}/open-data/datapackage.json",
        "title": words.gettext(N_("Open data of the OCOP register")),
        "homepage": f"{by.site}/open-data",
        "created": now.isoformat(timespec="seconds"),
        "contributors": [{"title": by.name, "path": by.site, "roles": ["publisher"]}],
        "resources": [_resource(one, by.site, words) for one in files],
    }
    if by.licence:
        licence = {"name": by.licence, "title": by.licence, "path": by.licence_url}
        described["licenses"] = [{key: value for key, value in licence.items() if value}]
    return described


def _resource(file: FileFacts, site: str, words: Translator) -> dict[str, Any]:
    table = TABLES[file.name]
    return {
        "name": f"{file.name}-{file.form}",
        "title": words.gettext(table.title),
        "description": words.gettext(table.about),
        "path": f"{site}/open-data/{file.name}.{file.form}",
        "format": file.form,
        "mediatype": MEDIA[file.form],
        "encoding": "utf-8",
        **({"bytes": file.size, "hash": f"sha256:{file.sha256}"} if file.whole else {}),
        "modified": file.changed_at.isoformat(timespec="seconds"),
        "jsonSchema": f"{site}/open-data/{file.name}.schema.json",
        "schema": {
            "fields": [_table_field(one, words) for one in table.fields],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _table_field(field: Field, words: Translator) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if field.required else {}
    if field.choices:
        limits["enum"] = list(field.choices)
    described = {
        "name": field.name,
        "description": words.gettext(field.about),
        **_TABLE_TYPES[field.type],
    }
    return described | ({"constraints": limits} if limits else {})


def sums(files: Sequence[FileFacts]) -> str:
    """Return the checksums as `sha256sum --check` reads them."""
    return "".join(f"{one.sha256}  {one.name}.{one.form}\n" for one in files)
