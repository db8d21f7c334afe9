"""What somebody is told who was not refused: words with figures, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.diary.fields import Speaker, said_unit


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit inside the figures of a remark, named in the reader's language."""

    code: str


@dataclass(frozen=True)
class Remark:
    """A warning. `text` is a msgid over `figures`, numbers and units of which are read out."""

    code: str
    text: str
    figures: Mapping[str, str | float | Unit] = field(default_factory=dict)

    def said(self, speaker: Speaker) -> str:
        return said(self.text, self.figures, speaker)


def said(text: str, figures: Mapping[str, str | float | Unit], speaker: Speaker) -> str:
    """Return a msgid in the reader's language, its figures written the local way."""
    return speaker.gettext(text).format(
        **{name: _spoken(value, speaker) for name, value in figures.items()}
    )


def _spoken(value: str | float | Unit, speaker: Speaker) -> str:
    if isinstance(value, Unit):
        return said_unit(value.code, speaker)
    return value if isinstance(value, str) else speaker.number(value)
