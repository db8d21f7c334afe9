#!/usr/bin/env python
"""Print 60,000 stamps, beside libqrencode and the usual qrcode + reportlab; takes two minutes.

All figures come from one run on one machine, medians of interleaved rounds; the ratios count.
"""

import ctypes
import ctypes.util
import multiprocessing
import resource
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from time import perf_counter

import qrcode
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from app.stamps.artwork import render_pdf
from app.stamps.bundle import Part, check_bundle, file_name, write_bundle
from app.stamps.codes import Root, encode_many
from app.stamps.job import Run, write_run
from app.stamps.layout import JobSpec, lay_out
from app.stamps.presets import PRESETS
from app.stamps.proof import Proof, prove

STAMPS = 60_000
FEW_STAMPS = 6_000
SAMPLE = 84
ROUNDS = 3
ROOT = Root(3, bytes(range(32)))
SECRET = bytes(16)
SPEC = JobSpec(
    PRESETS["84"],
    "https://truyxuat.ocop.camau.gov.vn",
    "2026-07",
    "Cua biển Năm Căn",
    "Hợp tác xã Đất Mũi",
)
ENTITIES = 17
LISTS = ("csv", "xlsx")
LEVELS = {"M": 1, "Q": 2}
EIGHT_BIT_MODE = 2


def print_stamps(count: int) -> None:
    with TemporaryFile() as out:
        codes = encode_many(ROOT, SECRET, first=1, count=count)
        render_pdf(SPEC, codes, out, lambda _: None)


def run_of(count: int, file_format: str = "pdf") -> Run:
    return Run(SPEC, file_format, root=ROOT, secret=SECRET, number=1, count=count)


def proven(count: int) -> tuple[float, float, Proof]:
    """Return the seconds that it takes to write the sheets to a disk, and to read them back."""
    with TemporaryDirectory() as folder:
        path, wanted = Path(folder) / "sheets.pdf", run_of(count)
        with path.open("wb") as out:
            writing = timed(partial(write_run, wanted, out, lambda _: None))
        start = perf_counter()
        proof = prove(path, wanted)
        return writing, perf_counter() - start, proof


def bundle(count: int) -> tuple[Proof, int]:
    """Make the ZIP of an allotment: a PDF for each entity, each read back; return its size too."""
    share = count // ENTITIES
    with TemporaryDirectory() as folder:
        drafts = (Path(folder) / f"draft-{number}" for number in range(ENTITIES))
        parts = [
            Part(run_of(share), file_name(SPEC.entity, number, number, SPEC.product, "pdf"), number)
            for number in range(1, ENTITIES + 1)
        ]
        path = Path(folder) / "all.zip"
        with path.open("wb") as out:
            made = write_bundle(parts, ["file"], out, lambda _: None, draft=drafts.__next__)
        return check_bundle(path, made), path.stat().st_size


def libqrencode() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("qrencode")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.QRcode_encodeString.restype = ctypes.c_void_p
    library.QRcode_free.argtypes = [ctypes.c_void_p]
    return library


def encode_in_c(library: ctypes.CDLL, urls: list[bytes]) -> None:
    shape = lay_out(SPEC).shape
    level = LEVELS[shape.level]
    for url in urls:
        symbol = library.QRcode_encodeString(url, shape.version, level, EIGHT_BIT_MODE, 1)
        if not symbol:
            raise RuntimeError("libqrencode refused an address")
        library.QRcode_free(symbol)


def draw_rectangles(urls: list[str]) -> None:
    """Do as most programs do: qrcode as it comes, and a rectangle for each dark module."""
    canvas = Canvas(BytesIO(), pagesize=A4, pageCompression=1)
    for index, url in enumerate(urls):
        code = qrcode.QRCode()
        code.add_data(url)
        code.make()
        left, bottom = SPEC.preset.corner(index % SPEC.preset.per_sheet)
        for y, row in enumerate(code.modules):
            for x, dark in enumerate(row):
                if dark:
                    canvas.rect(left * 2.83 + x, bottom * 2.83 - y, 1, 1, stroke=0, fill=1)
        canvas.drawString(left * 2.83, bottom * 2.83, url[-20:])
    canvas.save()


def peak_memory(count: int, file_format: str = "pdf") -> float:
    """Return the most memory in MB that a fresh interpreter held while it made a file."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_print_and_weigh, (count, file_format))


def _print_and_weigh(count: int, file_format: str) -> float:
    with TemporaryFile() as out:
        write_run(run_of(count, file_format), out, lambda _: None)
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(job: Callable[[], None]) -> float:
    start = perf_counter()
    job()
    return perf_counter() - start


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def main() -> None:
    urls = [SPEC.prefix + code for code in encode_many(ROOT, SECRET, first=1, count=STAMPS)]
    in_bytes = [url.encode() for url in urls]
    library = libqrencode()
    ours, theirs, usual = [], [], []
    for _ in range(ROUNDS):
        ours.append(timed(partial(print_stamps, STAMPS)))
        if library is not None:
            theirs.append(timed(partial(encode_in_c, library, in_bytes)))
        usual.append(timed(partial(draw_rectangles, urls[:SAMPLE])) * STAMPS / SAMPLE)
    report(median(ours), median(theirs) if theirs else None, median(usual))
    for kind in ("pdf", *LISTS):
        few, many = peak_memory(FEW_STAMPS, kind), peak_memory(STAMPS, kind)
        of = f"{FEW_STAMPS:,} / {STAMPS:,} stamps"
        say(f"peak memory of a {kind}, {of}: {few:.1f} / {many:.1f} MB")
    report_proof()


def report_proof() -> None:
    """Tell what it costs to read a file back, and to make the ZIP of a whole allotment."""
    writing, reading, proof = proven(STAMPS)
    say()
    say(f"written to a disk: {writing:.2f} s; read back by pdfium and zxing: {reading:.2f} s")
    say(f"  {proof.codes:,} codes on {proof.read} of {proof.of} sheets")
    start = perf_counter()
    proof, size = bundle(STAMPS)
    seconds = perf_counter() - start
    say(f"ZIP of {STAMPS:,} stamps by {ENTITIES} entities, proven: {seconds:.2f} s,")
    say(
        f"  {size / 1e6:.1f} MB, {proof.codes:,} codes on {proof.read} sheets read back; "
        f"{seconds / writing:.1f} x the sheets alone"
    )


def report(ours: float, theirs: float | None, usual: float) -> None:
    shape = lay_out(SPEC).shape
    say(f"{STAMPS:,} stamps, version {shape.version}-{shape.level}, {ROUNDS} rounds, medians")
    say(f"{'job':<58}{'s':>9}{'ms/stamp':>10}{'ratio':>9}")
    rows: list[tuple[str, float | None]] = [
        ("codes + symbols + A4 PDF, this program", ours),
        ("libqrencode (C), the same codes, encoding alone", theirs),
        (f"qrcode default + reportlab rectangles (from {SAMPLE} stamps)", usual),
    ]
    for name, seconds in rows:
        if seconds is None:
            say(f"{name:<58}  not measured: the library is not installed (apt: libqrencode4)")
        else:
            ms = seconds / STAMPS * 1000
            say(f"{name:<58}{seconds:>9.2f}{ms:>10.4f}{seconds / ours:>9.1f}")
    say()
    if theirs is not None:
        say(f"this program / libqrencode: {ours / theirs:.2f} (to reach: at most 0.5)")
    say(f"rectangles / this program: {usual / ours:.0f} (to reach: at least 100)")


if __name__ == "__main__":
    main()
