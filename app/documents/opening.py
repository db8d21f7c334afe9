"""Opens a PDF from standard input and prints how many pages it has.

Run as a program of its own: whatever a hostile file does to the reader of it, the server does not
feel it.
"""

import resource
import sys

import pypdfium2  # type: ignore[import-untyped]

from app.documents.rules import BROKEN, LOCKED

_MEMORY = 1 << 30
_SECONDS = 10
# FPDF_ERR_PASSWORD of PDFium.
_PASSWORD = 4


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        opened = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        pages = len(opened)
        # The first page has to be one: a list of pages alone shows nothing.
        opened[0].get_size()
    except pypdfium2.PdfiumError as error:
        return LOCKED if getattr(error, "err_code", None) == _PASSWORD else BROKEN
    except IndexError:
        return BROKEN
    sys.stdout.write(str(pages))
    return 0


if __name__ == "__main__":
    sys.exit(main())
