"""Classes of goods and services by the Nice classification."""

import re
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_

CLASSES: Final = range(1, 46)

_WORDS: Final = re.compile(r"nhóm|class(?:es)?|và|and|[,;/]", re.IGNORECASE)


class BadClasses(Invalid):
    """Not classes of goods"""

    code: ClassVar[str] = "rights.bad_classes"
    detail: ClassVar[str] = N_(
        "“{written}” can't be read. Write numbers from {first} to {last}, such as 29, 31."
    )

    def __init__(self, *, written: str, field: str | None = None) -> None:
        self.written = written[:40]
        self.first = CLASSES[0]
        self.last = CLASSES[-1]
        self.field = field


def nice_classes(text: str, *, field: str | None = None) -> str:
    """Return classes as "29, 31": each once, the lowest first."""
    found = _WORDS.sub(" ", text).split()
    if not all(one.isascii() and one.isdigit() and int(one[:3]) in CLASSES for one in found):
        raise BadClasses(written=text, field=field)
    return ", ".join(str(one) for one in sorted({int(one) for one in found}))
