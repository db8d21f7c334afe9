"""What a file of codes is made of, as plain values, and how it is written in each format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from app.stamps.artwork import render_pdf
from app.stamps.codes import Root, encode_many, number_of, parse
from app.stamps.layout import JobSpec
from app.stamps.listing import write_csv
from app.stamps.pictures import write_pictures
from app.stamps.workbook import write_workbook

# Whole files by format; svg and png are a ZIP of pictures.
SUFFIXES: Final = {"pdf": "pdf", "csv": "csv", "xlsx": "xlsx", "svg": "zip", "png": "zip"}
MOST_CODES: Final = 1_000_000
# A ZIP's list of entries is held until its end: 60,000 take about 50 MB.
MOST_PICTURES: Final = 60_000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Run:
    """Consecutive stamps of one batch in one file; `number` is the line's number of the first."""

    spec: JobSpec
    format: str
    root: Root
    secret: bytes
    number: int
    count: int

    def codes(self, start: int = 0, count: int | None = None) -> Iterator[str]:
        """Return the codes from one place of the run on, to its end or so many."""
        most = self.count - start
        length = most if count is None else min(count, most)
        return encode_many(self.root, self.secret, first=self.number + start, count=length)


def most_codes(file_format: str) -> int:
    return MOST_PICTURES if file_format in {"svg", "png"} else MOST_CODES


def write_run(run: Run, out: BinaryIO, tell: Progress) -> None:
    """Write the run in its format; refuses at the end unless its last code is the last number."""
    codes, spec = _checked(run), run.spec
    if run.format == "pdf":
        render_pdf(spec, codes, out, tell)
    elif run.format == "csv":
        write_csv(spec.prefix, codes, out, tell, first_number=spec.first_number)
    elif run.format == "xlsx":
        write_workbook(spec.prefix, codes, out, tell, first_number=spec.first_number)
    else:
        write_pictures(spec, "png" if run.format == "png" else "svg", codes, out, tell)


def _checked(run: Run) -> Iterator[str]:
    code = ""
    for code in run.codes():
        yield code
    parsed = parse(code)
    if parsed is None or number_of(parsed, run.root) != run.number + run.count - 1:
        message = "the last code does not read as the last number"
        raise ValueError(message)
