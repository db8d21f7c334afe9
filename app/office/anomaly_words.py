"""Why a stamp is conspicuous, in a sentence with its figures."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from app.kit.i18n import N_, Translator
from app.scans.signals import Reason

_WHY: Final[Mapping[Reason, str]] = {
    Reason.DEVICES: N_(
        "{devices} different people looked the code up within 30 days. For this product that is "
        "conspicuous from {threshold} on."
    ),
    Reason.EARLY: N_("{early} people looked the code up while the stamp was not activated."),
    Reason.GONE: N_("{gone} people looked the code up although the stamp is void or lost."),
    Reason.RECALLED: N_("{recalled} people looked the code up after its lot was recalled."),
    Reason.PROVINCES: N_(
        "The code was looked up in {provinces} provinces, in up to {provinces_a_day} on one day."
    ),
}


class Figures(Protocol):
    """What is read of a signal here."""

    @property
    def devices(self) -> int: ...
    @property
    def threshold(self) -> int: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def why_of(reason: Reason, signal: Figures, words: Translator) -> str:
    """Return why a stamp is conspicuous, for people who know no statistics."""
    figures = {"devices": signal.devices, "threshold": signal.threshold, **signal.facts}
    figures["provinces"] = len(signal.facts["provinces"])
    shown = {name: words.number(value) for name, value in figures.items() if isinstance(value, int)}
    return words.gettext(_WHY[reason]).format(**shown)
