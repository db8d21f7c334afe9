"""The file of secret roots: made, read, and refused where it is missing, weak or open to others."""

import json
import os
import secrets
from pathlib import Path

from app.config import Settings
from app.stamps.codes import ROOT_BYTES, Root
from app.stamps.keyring import Keyring

# A root of random bytes has about 30 different ones among its 32.
LEAST_DISTINCT = 16
OPEN_TO_OTHERS = 0o077


class BadKeys(Exception):
    """The keys can't be used; the message says why and how to mend it."""


def make_keys(path: Path, *, sample: bool = False) -> None:
    """Make a key file with one random root for epoch 0, readable by its owner only.

    Raises BadKeys where there is one: overwriting it would make every stamp unverifiable.
    Sample keys are marked, and refused outside a sample installation.
    """
    _write(path, {"sample": sample, "roots": {"0": secrets.token_hex(ROOT_BYTES)}}, new=True)


def add_root(path: Path) -> int:
    """Add a random root for the next epoch and return its number."""
    held = _read(path)
    epoch = max(int(number) for number in held["roots"]) + 1
    held["roots"][str(epoch)] = secrets.token_hex(ROOT_BYTES)
    _write(path, held, new=False)
    return epoch


def load_keyring(settings: Settings) -> Keyring:
    """Read the roots; raise BadKeys where they are missing, weak, open to others, or samples."""
    held = _parsed(settings.keys_text, "OCOP_KEYS") if settings.keys_text else _read(settings.keys_file)
    if held.get("sample") and not settings.sample:
        message = "these are sample keys; make real ones with `ocop keys new`"
        raise BadKeys(message)
    roots = {}
    for number, text in held["roots"].items():
        key = _root(number, text)
        roots[int(number)] = Root(int(number), key)
    if not roots:
        message = "there is no root among the keys"
        raise BadKeys(message)
    return Keyring(roots)


def _root(number: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        message = f"the root of epoch {number} is not hexadecimal"
        raise BadKeys(message) from error
    if len(key) != ROOT_BYTES or len(set(key)) < LEAST_DISTINCT:
        message = f"the root of epoch {number} is weak: it must be {ROOT_BYTES} random bytes"
        raise BadKeys(message)
    return key


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        message = f"there are no keys at {path}; make them with `ocop keys new`"
        raise BadKeys(message)
    if path.stat().st_mode & OPEN_TO_OTHERS:
        message = f"{path} can be read by others; run `chmod 600 {path}`"
        raise BadKeys(message)
    return _parsed(path.read_text(encoding="utf-8"), str(path))


def _parsed(text: str, source: str) -> dict[str, dict[str, str]]:
    try:
        held: dict[str, dict[str, str]] = json.loads(text)
        if not all(number.isdecimal() for number in held["roots"]):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{source} holds no keys; restore it from the backup"
        raise BadKeys(message) from error
    return held


def _write(path: Path, held: object, *, new: bool) -> None:
    if new and path.exists():
        message = f"{path} is there already: overwriting it would make every stamp unverifiable"
        raise BadKeys(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:  # noqa: PTH123 - opened with its mode from the start
        json.dump(held, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
