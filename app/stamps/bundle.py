"""All files of an allotment in one ZIP: a folder for each entity, and a list of what is in it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, Final
from zipfile import ZipFile

from app.kit.sheets import write_csv
from app.kit.text import fold
from app.stamps.archive import Archive
from app.stamps.job import Progress, Run, write_run
from app.stamps.proof import NotAsPrinted, Proof, prove

LIST_NAME: Final = "manifest.csv"
_PIECE: Final = 1 << 20
_NAME_CHARS: Final = 60


@dataclass(frozen=True)
class Part:
    """One batch's file and where it stands in the ZIP."""

    run: Run
    file: str
    batch_id: int


@dataclass(frozen=True)
class Bundle:
    """What a ZIP must hold: each entry's SHA-256, and what was read back of the files."""

    hashes: dict[str, str]
    proof: Proof


def write_bundle(
    parts: Sequence[Part],
    heads: Sequence[str],
    out: BinaryIO,
    tell: Progress,
    *,
    draft: Callable[[], Path],
) -> Bundle:
    """Write each part's file, read back before it goes in, and last the list of them all.

    A part stands on the disk while it is made: a PDF can't be read back out of a stream.
    """
    hashes: dict[str, str] = {}
    rows: list[list[str | int]] = []
    proof, done = Proof(0, 0, 0), 0
    with Archive(out) as archive:
        for part in parts:
            path, before = draft(), done
            try:
                path.touch(mode=0o600, exist_ok=False)
                with path.open("wb") as made:
                    write_run(part.run, made, partial(_told, tell, before))
                proof += prove(path, part.run)
                packed = part.run.format != "csv"
                with path.open("rb") as source, archive.entry(part.file, packed=packed) as entry:
                    hashes[part.file] = _copied(source, entry)
            finally:
                path.unlink(missing_ok=True)
            done += part.run.count
            rows.append(_row(part, hashes[part.file]))
        listed = BytesIO()
        write_csv(listed, heads, rows)
        archive.add(LIST_NAME, listed.getvalue())
    hashes[LIST_NAME] = hashlib.sha256(listed.getvalue()).hexdigest()
    return Bundle(hashes, proof)


def check_bundle(path: Path, made: Bundle) -> Proof:
    """Return what was proven of the parts, once the finished ZIP is seen to hold just them."""
    with ZipFile(path) as archive:
        if [entry.filename for entry in archive.infolist()] != list(made.hashes):
            raise NotAsPrinted(0)
        for place, (name, sha256) in enumerate(made.hashes.items(), start=1):
            with archive.open(name) as entry:
                if _copied(entry, None) != sha256:
                    raise NotAsPrinted(place)
    return made.proof


def file_name(entity: str, entity_id: int, batch_id: int, product: str, suffix: str) -> str:
    """Return a batch's place in the ZIP, in letters that every system has."""
    return f"{_plain(entity)}-{entity_id}/dot-{batch_id}-{_plain(product)}.{suffix}"


def _plain(name: str) -> str:
    letters = (one if one.isascii() and one.isalnum() else " " for one in fold(name))
    return "-".join("".join(letters).split())[:_NAME_CHARS].strip("-") or "x"


def _told(tell: Progress, before: int, done: int) -> None:
    tell(before + done)


def _row(part: Part, sha256: str) -> list[str | int]:
    spec, first = part.run.spec, part.run.spec.first_number
    return [
        *(spec.entity, spec.product, part.batch_id),
        *(first, first + part.run.count - 1, part.run.count),
        *(f"GTIN {spec.gtin14}" if spec.gtin14 else "", part.file, sha256),
    ]


def _copied(source: IO[bytes], copy: BinaryIO | None) -> str:
    """Copy in pieces, where a copy is wanted, and return the SHA-256 of what was read."""
    digest = hashlib.sha256()
    for piece in _pieces(source):
        digest.update(piece)
        if copy is not None:
            copy.write(piece)
    return digest.hexdigest()


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(_PIECE):
        yield piece
