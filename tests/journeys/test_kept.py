"""A recall reaches everybody within five minutes at worst: no public answer is kept longer."""

import re
from typing import Any

import httpx
import pytest

from tests.conftest import Visit
from tests.lookup.conftest import GTIN, Scene, counter, gs1, keyring, scene

pytestmark = pytest.mark.on("sqlite")

__all__ = ["counter", "gs1", "keyring", "scene"]

LONGEST = 300
LINKSET = {"accept": "application/linkset+json"}
PATHS = (
    *("/t/{code}", "/t/{code}?linkType=linkset", "/t/{code}?linkType=gs1:recallStatus", "/t/NONE"),
    *("/p/{product}", "/p/{product}?linkType=all", "/p/{product}?linkType=gs1:recallStatus"),
    *("/p/{product}/card.png", "/p/{product}/serial/{code}", "/l/{lot}", "/e/{entity}"),
    *("/products", "/entities", "/recalls", "/holders", "/"),
    *("/01/{gtin}", "/01/{gtin}?linkType=linkset", "/01/{gtin}/10/{number}", "/01/{gtin}/21/X"),
    *("/01/{gtin}/21/{code}", "/01/{gtin}?linkType=gs1:recallStatus", "/01/{gtin}?linkType=all"),
    *("/badge/{product}", "/badge/{product}.svg", "/badge/{product}.png", "/badge/{product}.json"),
    *("/badge/{product}/square.png", "/badge/{product}/square.png?plain=1"),
    "/oembed?url=https://ocop.test/p/{product}",
    *("/api/v1/verify/{code}", "/api/v1/verify/NONE", "/api/v1/verify/products/{product}"),
    "/api/v1/verify/products/{gtin}",
    "/api/v1/verify/products?updated_since=2026-03-01T00:00:00Z",
)


def kept(answer: httpx.Response) -> int:
    """Return how many seconds a cache may give an answer again, stale or not."""
    said = answer.headers["cache-control"]
    told = {name: int(seconds) for name, seconds in re.findall(r"([\w-]+)=(\d+)", said)}
    hinted = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    by_itself = sum(int(hinted.get(name, 0)) for name in ("cacheSeconds", "cache_age"))
    if not {"no-store", "no-cache"} & set(re.split(r"[, ]+", said)):
        assert "max-age" in told, "without it a cache would guess"
        by_itself += max(told["max-age"], told.pop("s-maxage", 0)) + max(
            told.get("stale-while-revalidate", 0), told.get("stale-if-error", 0)
        )
    return by_itself


@pytest.mark.parametrize("headers", [{}, LINKSET], ids=["plain", "linkset"])
def test_no_public_answer_about_a_product_is_kept_over_five_minutes(
    gs1: Scene, visit: Visit, headers: dict[str, str]
) -> None:
    named: dict[str, Any] = {
        "code": gs1.active,
        "product": gs1.product.id,
        "lot": gs1.lot.id,
        "number": gs1.lot.number,
        "entity": gs1.cast.entity.id,
        "gtin": GTIN,
    }
    client, found = visit(), {}
    for path in PATHS:
        answer = client.get(path.format(**named), headers=headers)
        assert answer.status_code in {200, 303, 307, 404}, path
        found[path] = kept(answer)
        if tag := answer.headers.get("etag"):
            again = client.get(path.format(**named), headers=headers | {"if-none-match": tag})
            assert kept(again) <= LONGEST, path
    assert {path: seconds for path, seconds in found.items() if seconds > LONGEST} == {}
    assert max(found.values()) == LONGEST, "what may be kept is kept, so that shops need not ask"
