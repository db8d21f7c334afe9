"""The secret roots: made, read, and refused where they are missing, weak or open to others."""

import os
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.config import Settings
from app.stamps.codes import RESERVED_EPOCH, ROOT_BYTES, Root
from app.stamps.keyring import Keyring

# A root of random bytes has about 30 different ones among its 32.
LEAST_DISTINCT = 16
OPEN_TO_OTHERS = 0o077


class BadKeys(Exception):
    """The keys can't be used; the message says why and how to mend it."""


class Held(BaseModel):
    """What a key file holds: a root in hexadecimal for each epoch."""

    model_config = ConfigDict(extra="forbid")

    sample: bool = False
    roots: Annotated[dict[Annotated[int, Field(ge=0, lt=RESERVED_EPOCH)], str], Field(min_length=1)]


def make_keys(path: Path, *, sample: bool = False) -> None:
    """Make a key file with one random root for epoch 0, readable by its owner only.

    Raises BadKeys where there is one: overwriting it would make every stamp unverifiable.
    Sample keys are marked, and refused outside a sample installation.
    """
    if path.exists():
        message = f"{path} is there already: overwriting it would make every stamp unverifiable"
        raise BadKeys(message)
    _write(path, Held(sample=sample, roots={0: secrets.token_hex(ROOT_BYTES)}))


def add_root(path: Path) -> int:
    """Add a random root for the next epoch and return its number."""
    held = _read(path)
    epoch = max(held.roots) + 1
    if epoch >= RESERVED_EPOCH:
        message = "all epochs of this code format are used"
        raise BadKeys(message)
    held.roots[epoch] = secrets.token_hex(ROOT_BYTES)
    _write(path, held)
    return epoch


def load_keyring(settings: Settings) -> Keyring:
    """Read the roots; raise BadKeys where they are missing, weak, open to others, or samples."""
    given = settings.keys_text
    held = _parsed(given, "OCOP_KEYS") if given else _read(settings.keys_file)
    if held.sample and not settings.sample:
        message = "these are sample keys; make real ones with `ocop keys new`"
        raise BadKeys(message)
    return Keyring({epoch: Root(epoch, _key(epoch, text)) for epoch, text in held.roots.items()})


def _key(epoch: int, text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        message = f"the root of epoch {epoch} is not hexadecimal"
        raise BadKeys(message) from error
    if len(key) != ROOT_BYTES or len(set(key)) < LEAST_DISTINCT:
        message = f"the root of epoch {epoch} is weak: it must be {ROOT_BYTES} random bytes"
        raise BadKeys(message)
    return key


def _read(path: Path) -> Held:
    if not path.is_file():
        message = f"there are no keys at {path}; make them with `ocop keys new`"
        raise BadKeys(message)
    if path.stat().st_mode & OPEN_TO_OTHERS:
        message = f"{path} can be read by others; run `chmod 600 {path}`"
        raise BadKeys(message)
    return _parsed(path.read_text(encoding="utf-8"), str(path))


def _parsed(text: str, source: str) -> Held:
    try:
        return Held.model_validate_json(text)
    except ValidationError as error:
        message = f"{source} holds no keys; restore it from the backup"
        raise BadKeys(message) from error


def _write(path: Path, held: Held) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(held.model_dump_json(indent=1))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
