"""A finished file is read back before it may leave: faults are put into its bytes."""

import re
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.kit import spool
from app.stamps import presets, print_actions
from app.stamps.archive import Archive
from app.stamps.codes import Root
from app.stamps.job import SUFFIXES, Run, write_run
from app.stamps.layout import JobSpec
from app.stamps.presets import PRESETS, Preset
from app.stamps.print_actions import ExportFailed, Press, make_export
from app.stamps.proof import NotAsPrinted, prove, sample
from tests.conftest import Cast
from tests.stamps.conftest import Issue, asked, found, stored

BASE = "https://truyxuat.ocop.camau.gov.vn"
STREAM = re.compile(rb"/Length (\d+)>>\nstream\n")


def run(file_format: str = "pdf", count: int = 100) -> Run:
    spec = JobSpec(PRESETS["40"], BASE, "Đợt 7", "Cua biển", "HTX", first_number=501)
    root = Root(3, bytes(range(32)))
    return Run(spec, file_format, root=root, secret=bytes(16), number=7, count=count)


def written(wanted: Run, folder: Path) -> Path:
    path = folder / f"file.{SUFFIXES[wanted.format]}"
    with path.open("wb") as out:
        write_run(wanted, out, lambda _: None)
    return path


@pytest.mark.parametrize("form", sorted(SUFFIXES))
def test_a_good_file_is_proven_and_one_of_other_codes_is_not(form: str, tmp_path: Path) -> None:
    wanted = run(form)
    path = written(wanted, tmp_path)
    proof = prove(path, wanted)
    assert proof.of == (3 if form == "pdf" else 100)
    assert proof.codes >= 3
    for other in (replace(wanted, secret=bytes(range(16))), replace(wanted, count=99)):
        with pytest.raises(NotAsPrinted):
            prove(path, other)


def test_first_middle_and_last_are_always_read_and_never_more_than_a_few() -> None:
    for of in (1, 2, 3, 4, 5, 60, 151, 999, 1_000, 25_000):
        places = sample(of)
        assert {0, of // 2, of - 1} <= set(places)
        assert len(places) == len(set(places)) <= 21
        assert len(places) >= min(of, 3, -(-of // 50))


def content_streams(content: bytes) -> list[slice]:
    """Return where a PDF's pages have their content, in order."""
    found = []
    for match in STREAM.finditer(content):
        place = slice(match.end(), match.end() + int(match[1]))
        try:
            if b"/M Do" in zlib.decompress(content[place]):
                found.append(place)
        except zlib.error:
            continue
    return found


def blank(content: bytes, page: int) -> bytes:
    """Return the PDF with nothing on one page; nothing moves."""
    place = content_streams(content)[page]
    length = place.stop - place.start
    empty = zlib.compress(b" ").ljust(length, b"\0")
    return content[: place.start] + empty + content[place.stop :]


def one_symbol_pale(content: bytes, page: int) -> bytes:
    """Return the PDF with one symbol of a page drawn in white; the file's table stays true."""
    place = content_streams(content)[page]
    drawn = zlib.decompress(content[place])
    head, _, tail = drawn.rpartition(b"/IM true")
    white = b"q 1 g " + head[head.rindex(b"q ") + 2 :] if b"q " in head else head
    spoiled = zlib.compress(head[: head.rindex(b"q ")] + white + b"/IM true" + tail, 9)
    length = place.stop - place.start
    assert len(spoiled) <= length
    return content[: place.start] + spoiled.ljust(length, b"\0") + content[place.stop :]


@pytest.mark.parametrize("spoil", [blank, one_symbol_pale])
@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_page_that_cannot_be_scanned_is_caught(
    spoil: Callable[[bytes, int], bytes], page: int, tmp_path: Path
) -> None:
    wanted = run()
    path = written(wanted, tmp_path)
    path.write_bytes(spoil(path.read_bytes(), page))
    with pytest.raises(NotAsPrinted) as caught:
        prove(path, wanted)
    assert caught.value.place == page + 1


def test_symbols_too_small_for_a_phone_are_caught_even_where_a_scanner_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presets, "LEAST_MODULE", 0.2)
    small = Preset("small", 9, 12, 20.0, 20.0, 10.0, "below", 4)
    wanted = run()
    wanted = replace(wanted, spec=replace(wanted.spec, preset=small))
    path = written(wanted, tmp_path)
    with pytest.raises(NotAsPrinted):
        prove(path, wanted)


def respelt(path: Path, spoil: Callable[[str, bytes], bytes]) -> None:
    """Write a ZIP anew with its entries spoiled."""
    out = BytesIO()
    with zipfile.ZipFile(path) as old, Archive(out) as new:
        for name in old.namelist():
            new.add(name, spoil(name, old.read(name)))
    path.write_bytes(out.getvalue())


def test_a_picture_a_row_or_a_cell_that_differs_is_caught(tmp_path: Path) -> None:
    def shifted(name: str, content: bytes) -> bytes:
        return content.replace(b"v1h-1z", b"v9h-1z") if name.endswith(".svg") else content

    def other_number(_name: str, content: bytes) -> bytes:
        return content.replace(b"<v>501</v>", b"<v>502</v>")

    def swapped(name: str, content: bytes) -> bytes:
        return last if name.endswith("0000501.png") else content

    svg, xlsx, png, listed = (run(form, 60) for form in ("svg", "xlsx", "png", "csv"))
    path = written(svg, tmp_path)
    respelt(path, shifted)
    with pytest.raises(NotAsPrinted):
        prove(path, svg)
    path = written(xlsx, tmp_path)
    respelt(path, other_number)
    with pytest.raises(NotAsPrinted):
        prove(path, xlsx)
    path = written(png, tmp_path)
    with zipfile.ZipFile(path) as archive:
        last = archive.read(archive.namelist()[59])
    respelt(path, swapped)
    with pytest.raises(NotAsPrinted):
        prove(path, png)
    path = written(listed, tmp_path)
    path.write_bytes(path.read_bytes()[:-2].rpartition(b"\r\n")[0] + b"\r\n")
    with pytest.raises(NotAsPrinted):
        prove(path, listed)


def test_a_spoiled_file_fails_with_its_reason_and_never_leaves(
    cast: Cast, issue: Issue, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk, or whatever lies between, loses what is drawn: no step before it can know."""
    export_id, before = asked(press, cast, issue(50), format="pdf"), stored(press)
    whole = spool.Spool.write

    def lossy(self: spool.Spool, content: bytes) -> int:
        match = STREAM.search(content)
        page = match is not None and b"/Type" not in content and b"/Length1" not in content
        if match is not None and page:
            content = content[: match.end()] + bytes(len(content) - match.end() - 17)
            content += b"\nendstream\nendobj\n"
        return whole(self, content)

    with monkeypatch.context() as spoiled:
        spoiled.setattr(spool.Spool, "write", lossy)
        with pytest.raises(ExportFailed) as refused:
            make_export(press, export_id)
    assert "1" in refused.value.problem
    failed = found(press.database, export_id)
    assert (failed.state, failed.sha256, failed.proof) == ("failed", "", None)
    assert failed.problem == refused.value.problem
    assert stored(press) == before
    # Asked for again, with the disk mended, it is made.
    assert asked(press, cast, failed.batch_id or 0, format="pdf") == export_id
    made = make_export(press, export_id)
    assert (made.state, made.proof) == ("ready", {"read": 2, "of": 2, "codes": 52})


def test_what_no_reader_opens_at_all_fails_too(
    cast: Cast, issue: Issue, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = spool.spooled

    @contextmanager
    def cut(path: Path) -> Any:  # noqa: ANN401 - a context
        with real(path) as made:
            yield made
        path.write_bytes(path.read_bytes()[:700])

    for form in ("pdf", "xlsx", "png"):
        export_id, before = asked(press, cast, issue(5), format=form), stored(press)
        with monkeypatch.context() as spoiled:
            spoiled.setattr(print_actions, "spooled", cut)
            with pytest.raises(ExportFailed):
                make_export(press, export_id)
        assert found(press.database, export_id).state == "failed"
        assert stored(press) == before
