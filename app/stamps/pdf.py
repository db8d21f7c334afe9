"""A PDF written object by object, so that a file of any length takes the same memory.

reportlab keeps all pages until it saves; of this file only eight bytes an object are kept.
"""

from array import array
from typing import BinaryIO, Final

_PAGES_IN_NODE: Final = 256


class PdfWriter:
    """Writes numbered objects to any stream that can be written, seekable or not."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._length = 0
        self._offsets = array("Q", [0])
        # The bytes above 127 tell transfer programs that the file is binary.
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """Return the number of an object to be put later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def put(self, body: str | bytes, number: int | None = None) -> int:
        """Write an object and return its number."""
        number = number or self.reserve()
        self._offsets[number] = self._length
        content = body.encode("ascii") if isinstance(body, str) else body
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        return number

    def stream(self, content: bytes, entries: str = "") -> int:
        """Write a stream with the entries of its dictionary and return its number."""
        head = f"<<{entries}/Length {len(content)}>>\nstream\n".encode("ascii")
        return self.put(head + content + b"\nendstream")

    def finish(self, root: int, info: int) -> None:
        """Write the table of objects and the trailer."""
        start, size = self._length, len(self._offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for offset in self._offsets[1:]:
            self._write(b"%010d 00000 n \n" % offset)
        self._write(b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\n" % (size, root, info))
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._length += len(content)


class PageTree:
    """The pages of a file in nodes of 256, so that readers open the last page at once."""

    def __init__(self, pdf: PdfWriter, *, box: str, resources: str) -> None:
        self._pdf = pdf
        self._inherited = f"/MediaBox[{box}]/Resources<<{resources}>>"
        self._root = pdf.reserve()
        self._nodes: list[int] = []
        self._node = 0
        self._kids: list[int] = []
        self._count = 0

    def add(self, contents: int, *, box: str = "") -> None:
        """Append a page with this content stream, of another size where a box is given."""
        if not self._kids:
            self._node = self._pdf.reserve()
        size = f"/MediaBox[{box}]" if box else ""
        page = f"<</Type/Page/Parent {self._node} 0 R{size}/Contents {contents} 0 R>>"
        self._kids.append(self._pdf.put(page))
        self._count += 1
        if len(self._kids) == _PAGES_IN_NODE:
            self._close_node()

    def finish(self) -> int:
        """Write the root of the tree and return the number of the catalogue."""
        self._close_node()
        kids = _references(self._nodes)
        self._pdf.put(
            f"<</Type/Pages/Kids[{kids}]/Count {self._count}{self._inherited}>>", self._root
        )
        return self._pdf.put(f"<</Type/Catalog/Pages {self._root} 0 R>>")

    def _close_node(self) -> None:
        if self._kids:
            kids, count = _references(self._kids), len(self._kids)
            node = f"<</Type/Pages/Parent {self._root} 0 R/Kids[{kids}]/Count {count}>>"
            self._nodes.append(self._pdf.put(node, self._node))
            self._kids = []


def _references(numbers: list[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)
