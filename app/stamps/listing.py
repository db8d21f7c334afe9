"""The list of codes for a print house, as CSV."""

from collections.abc import Callable, Iterable
from typing import BinaryIO, Final

COLUMNS: Final = ("code", "url", "number")
HEADER: Final = ",".join(COLUMNS) + "\r\n"
TOLD_EVERY: Final = 1000


def write_csv(
    prefix: str,
    codes: Iterable[str],
    out: BinaryIO,
    progress: Callable[[int], None],
    *,
    first_number: int = 1,
) -> None:
    """Write `code,url,number` row by row; the number is the running one printed for people.

    `progress` is called now and then, and at the end, with the number of rows done. No field
    can hold a comma or a quote, so none is quoted.
    """
    out.write(HEADER.encode("ascii"))
    done = 0
    for done, code in enumerate(codes, start=1):
        out.write(f"{code},{prefix}{code},{first_number + done - 1}\r\n".encode("ascii"))
        if done % TOLD_EVERY == 0:
            progress(done)
    if done == 0 or done % TOLD_EVERY:
        progress(done)
