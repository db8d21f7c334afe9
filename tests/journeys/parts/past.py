"""What a page said on a past date."""

PAST = "/office/past"
ALLOWED = {
    "fpai": f"""
        GET {PAST} {PAST}/stamps/{{code}} {PAST}/stamps/{{code}}/page
            {PAST}/products/{{product_id}} {PAST}/products/{{product_id}}/page
            /api/v1/past/stamps/{{code}} /api/v1/past/products/{{product_id}}
    """,
}
QUERIES = {
    "/api/v1/past/stamps/{code}": "?at=2026-03-09",
    "/api/v1/past/products/{product_id}": "?at=2026-03-09",
    f"{PAST}/products/{{product_id}}/page": "?at=2026-03-10T10:00",
}
