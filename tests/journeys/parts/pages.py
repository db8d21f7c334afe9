PUBLIC = "GET /p/{product_id}"
ALLOWED: dict[str, str] = {}
