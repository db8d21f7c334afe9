PUBLIC = ""
ALLOWED = {
    "fpair": """
        GET /office/lots/{lot_id}/recall/lots /office/products/{product_id}/recall/lots
            /api/v1/lots/{lot_id}/touched /api/v1/products/{product_id}/touched
    """,
    "fpa": "POST /office/entities/{entity_id}/start-over",
}
