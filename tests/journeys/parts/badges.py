PUBLIC = """
GET /badge/{product} /badge/{product}.svg /badge/{product}.png /badge/{product}.json
    /badge/{product}/square.png /oembed
"""
ALLOWED = {
    "ow": "GET /app/products/{product_id}/badge",
    "owfpair": "GET /office/products/{product_id}/badge",
}
QUERIES = {"/oembed": "?url=https://ocop.test/p/{product_id}"}
