"""What `/openapi.json` and `/docs` promise to those who program against them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.config import Settings
from app.kit.db import Database
from app.wiring import create_app
from tests.client import Client, client_for
from tests.conftest import Visit

pytestmark = pytest.mark.on("sqlite")
WRITES = {"post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(settings: Settings, real_database: Database) -> dict[str, Any]:
    with client_for(create_app(settings, database=real_database)) as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) > 50
    assert len(names) == len(set(names))
    assert all(path.startswith("/api/v1/") for path in document["paths"])


def test_lists_say_what_they_hold_in_words_every_tool_knows(document: dict[str, Any]) -> None:
    # A tuple would be told by `prefixItems`, which many readers of schemas take for an error.
    assert "prefixItems" not in str(document)


def test_each_operation_tells_its_refusals_and_what_it_needs(document: dict[str, Any]) -> None:
    public = {"/api/v1/communes", "/api/v1/holders"} | {
        f"/api/v1/verify{path}"
        for path in ("", "/{code}", "/products", "/products/{product}", "/lots/{lot_id}")
    }
    for method, path, operation in operations(document):
        assert {"400", "401", "403", "404", "409", "413", "422", "429", "503"} <= set(
            operation["responses"]
        ), path
        reported = (method, path) == ("post", "/api/v1/reports")
        assert ("security" in operation) == (path not in public and not reported), path
        headers = [one["name"] for one in operation.get("parameters", []) if one["in"] == "header"]
        # What shops write is the same when it is written twice; a token is kept nowhere.
        shops = "PartnerKey" in str(operation.get("security", "PartnerKey")) and not reported
        once = method in WRITES and not shops and not path.endswith(("/keys", "/rotate"))
        digest = ["Content-Digest"] if method == "put" and path.endswith("/{sha256}") else []
        assert headers == digest + (["Idempotency-Key"] if once else []), path


def test_every_name_the_document_refers_to_is_in_it(document: dict[str, Any]) -> None:
    named = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))
    assert named <= set(document["components"]["schemas"])


def test_bodies_refuse_fields_they_do_not_know(document: dict[str, Any]) -> None:
    checked = 0
    for _, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        for name in re.findall(r"#/components/schemas/(\w+In|\w+Patch)'", str(content)):
            assert document["components"]["schemas"][name]["additionalProperties"] is False, path
            checked += 1
    assert checked > 20


def test_the_api_browser_asks_no_other_host(visit: Visit) -> None:
    client: Client = visit()
    page = client.get("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for address in loaded:
        assert address.startswith(("/static/", "data:")), address
        assert address.startswith("data:") or client.get(address).status_code == 200
    assert "'self'" in page.headers["content-security-policy"]
    assert "http" not in page.headers["content-security-policy"]


def test_what_the_api_tells_stays_out_of_caches(visit: Visit) -> None:
    refused = visit().get("/api/v1/entities")
    assert (refused.status_code, refused.headers["cache-control"]) == (401, "no-store")
