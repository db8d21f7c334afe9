from typing import Annotated

from fastapi import Depends, Request

from app.stamps.keyring import Keyring


async def _keyring(request: Request) -> Keyring:
    held: Keyring = request.app.state.keyring
    return held


async def _largest(request: Request) -> int:
    largest: int = request.app.state.settings.max_batch
    return largest


def _fresh_counts(request: Request) -> None:
    """Have the look-ups that wait in this process written, before a transaction asks for them."""
    request.app.state.counter.flush()


StampKeys = Annotated[Keyring, Depends(_keyring)]
LargestBatch = Annotated[int, Depends(_largest)]
FreshCounts = Annotated[None, Depends(_fresh_counts)]
