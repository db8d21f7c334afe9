"""What somebody is told who was not refused: words with figures, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.diary.fields import Speaker, said_unit
from app.kit.i18n import N_


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit inside the figures of a remark, named in the reader's language."""

    code: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Things inside the figures of a remark, by msgids, of which one would do."""

    labels: tuple[str, ...]


Figure = str | float | Unit | Choice


@dataclass(frozen=True)
class Remark:
    """A warning. `text` is a msgid over `figures`, numbers and units of which are read out."""

    code: str
    text: str
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def said(self, speaker: Speaker) -> str:
        return said(self.text, self.figures, speaker)


def said(text: str, figures: Mapping[str, Figure], speaker: Speaker) -> str:
    """Return a msgid in the reader's language, its figures written the local way."""
    return speaker.gettext(text).format(
        **{name: _spoken(value, speaker) for name, value in figures.items()}
    )


def _spoken(value: Figure, speaker: Speaker) -> str:
    if isinstance(value, Unit):
        return said_unit(value.code, speaker)
    if isinstance(value, Choice):
        return speaker.gettext(N_(" or ")).join(speaker.gettext(one) for one in value.labels)
    return value if isinstance(value, str) else speaker.number(value)
