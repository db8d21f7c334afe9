from typing import Annotated

from fastapi import Depends, Request

from app.stamps.keyring import Keyring


async def _keyring(request: Request) -> Keyring:
    held: Keyring = request.app.state.keyring
    return held


StampKeys = Annotated[Keyring, Depends(_keyring)]
