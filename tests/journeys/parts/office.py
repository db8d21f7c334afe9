ALLOWED = {"fpair": "GET /office/board /office/board/{entity_id} /office/alerts"}
