"""Addresses nobody means well with are answered, never with a 5xx, on both databases."""

import pytest

from tests.conftest import Cast, Visit

HUGE = "9" * 26
PATHS = [
    *(
        f"/api/v1/{name}?{field}={value}"
        for name, fields in {
            "entities": ("q", "commune", "status"),
            "products": ("q", "status", "entity"),
            "rights": ("q", "type"),
            "use-rights": ("right", "product"),
            "lots": ("q", "state", "product_id"),
            "batches": ("state", "product_id", "entity_id"),
            "communes": ("q", "province"),
        }.items()
        for field in (*fields, "after", "limit")
        for value in ("%00", HUGE, "%F0%9F", "'%20OR%201=1--", "%")
    ),
    *(
        f"/office/{name}?{field}={value}"
        for name in ("entities", "products", "rights", "use-rights", "lots", "batches")
        for field in ("q", "entity", "product", "state", "province", "after")
        for value in ("%00", HUGE)
    ),
    *(
        f"{base}/{value}"
        for base in (
            *("/t", "/T", "/p", "/enrol", "/pictures", "/photos", "/api/v1/verify"),
            *("/api/v1/entities", "/api/v1/lots", "/office/batches", "/app/lots"),
        )
        for value in ("%00", HUGE, "%2F", "%2e%2e%2f", "%F0%9F", "a" * 3000, "</script>")
    ),
]


PARTS = 12


@pytest.mark.parametrize("part", range(PARTS))
def test_a_hostile_address_is_answered(visit: Visit, cast: Cast, part: int) -> None:
    page, api = visit(page=cast.officer), visit(api=cast.officer)
    for path in PATHS[part::PARTS]:
        client = page if path.startswith(("/office", "/app")) else api
        assert client.get(path).status_code < 500, path
