"""What FastAPI can do at best: a route that returns ready bytes of SIZE, and a ready 307."""

import os

from fastapi import FastAPI, Response

BYTES = b"x" * int(os.environ.get("SIZE", "7500"))
app = FastAPI(openapi_url=None)


@app.get("/ready")
async def ready() -> Response:
    return Response(BYTES, media_type="text/html")


@app.get("/moved")
async def moved() -> Response:
    return Response(status_code=307, headers={"Location": "https://ocop.test/t/" + "0" * 20})
