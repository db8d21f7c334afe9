"""Which recorded acts changed which part of a page, and which were dated back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.kit.clock import day_of
from app.kit.i18n import N_, Translator
from app.office.past_lines import Part
from app.office.past_undo import Event


class Kind(StrEnum):
    """The parts of a public page, by what they tell."""

    VERDICT = "verdict"
    PRODUCT = "product"
    RIGHTS = "rights"
    CERTIFICATES = "certificates"
    MAKER = "maker"
    STOPPED = "stopped"
    LOT = "lot"
    SOURCES = "sources"
    DIARY = "diary"
    TESTS = "tests"
    DETAILS = "details"
    OTHER = "other"


_KEYS: Final = {"band": Kind.VERDICT, "what": Kind.PRODUCT}
_HEADINGS: Final[Mapping[str, Kind]] = {
    N_("Geographical indications and marks"): Kind.RIGHTS,
    N_("Producer"): Kind.MAKER,
    N_("Lot and stamp"): Kind.LOT,
    N_("Where its material came from"): Kind.SOURCES,
    N_("Production diary"): Kind.DIARY,
    N_("Tests"): Kind.TESTS,
    N_("Other certificates in force"): Kind.CERTIFICATES,
    N_("All details on record"): Kind.DETAILS,
    N_("Details on record"): Kind.DETAILS,
    N_("Lots recalled or stopped from sale"): Kind.STOPPED,
}
_BY_ACT: Final[Mapping[str, frozenset[Kind]]] = {
    act: frozenset(kinds)
    for act, kinds in (
        ("product.picture", (Kind.PRODUCT,)),
        ("product.certificate", (Kind.PRODUCT,)),
        ("product.standard", (Kind.DETAILS,)),
        ("product.link", (Kind.MAKER,)),
        ("product.pack", ()),
        ("product.recall", (Kind.VERDICT, Kind.STOPPED)),
        ("product.hold", (Kind.VERDICT, Kind.STOPPED)),
        ("product.lift_recall", (Kind.VERDICT, Kind.STOPPED)),
        ("product.lift_hold", (Kind.VERDICT, Kind.STOPPED)),
        ("product", (Kind.PRODUCT, Kind.DETAILS, Kind.LOT, Kind.VERDICT)),
        ("link_host", (Kind.MAKER,)),
        ("listing", (Kind.MAKER,)),
        ("partner", (Kind.MAKER,)),
        ("entity.facility", (Kind.CERTIFICATES,)),
        ("entity.facility_code", (Kind.CERTIFICATES,)),
        ("entity.training", ()),
        ("entity.consent", (Kind.MAKER, Kind.DETAILS)),
        ("entity.contact", (Kind.MAKER,)),
        ("entity", (Kind.MAKER, Kind.DETAILS, Kind.RIGHTS)),
        ("right", (Kind.RIGHTS,)),
        ("use_right", (Kind.RIGHTS,)),
        ("certificate", (Kind.CERTIFICATES,)),
        ("document", (Kind.CERTIFICATES,)),
        ("test", (Kind.TESTS,)),
        ("lot.recall", (Kind.VERDICT, Kind.STOPPED)),
        ("lot.hold", (Kind.VERDICT, Kind.STOPPED)),
        ("lot.lift_recall", (Kind.VERDICT, Kind.STOPPED)),
        ("lot.lift_hold", (Kind.VERDICT, Kind.STOPPED)),
        ("lot.input", (Kind.SOURCES, Kind.VERDICT, Kind.STOPPED)),
        ("lot.withdraw_input", (Kind.SOURCES, Kind.VERDICT, Kind.STOPPED)),
        ("lot.change", (Kind.LOT, Kind.VERDICT, Kind.RIGHTS, Kind.PRODUCT, Kind.SOURCES)),
        ("lot.open", (Kind.LOT, Kind.SOURCES)),
        ("lot", ()),
        ("entry", (Kind.DIARY, Kind.TESTS, Kind.SOURCES)),
        ("span", (Kind.VERDICT, Kind.LOT, Kind.RIGHTS, Kind.PRODUCT)),
        ("batch.issue", (Kind.VERDICT,)),
        ("batch.handover", (Kind.VERDICT,)),
        ("batch", ()),
        ("stamp.suspect", (Kind.VERDICT,)),
        ("stamp.clear", (Kind.VERDICT,)),
        ("stamp", ()),
    )
}
# From which of its fields an act takes effect, which may be before it was recorded.
_EFFECTIVE: Final = (
    "effective_on",
    "revoked_on",
    "ended_on",
    "suspended_on",
    "resumed_on",
    "dissolved_on",
)
_DATED: Final = frozenset({Kind.PRODUCT, Kind.RIGHTS, Kind.CERTIFICATES, Kind.TESTS})
DATE_PASSED: Final = N_("No record was changed: a date has come since, or look-ups were counted.")
NOT_RECORDED: Final = N_("What changed this is not on record.")


@dataclass(frozen=True)
class About:
    """Which records an answer is of; what hangs on others bears on it through them alone."""

    product_id: int | None
    entity_id: int | None
    number: int | None = None
    lots: frozenset[int] = frozenset()


def kind_of(part: Part, words: Translator) -> Kind:
    """Return what a part of a page in the reader's language tells."""
    if part.key in _KEYS:
        return _KEYS[part.key]
    told = {words.gettext(heading): kind for heading, kind in _HEADINGS.items()}
    return told.get(part.heading, Kind.OTHER)


def touched(event: Event, about: About) -> frozenset[Kind]:
    """Return the parts of a page that an act may have changed."""
    words = event.action.split(".")
    kinds = next(
        (
            _BY_ACT[act]
            for act in (".".join(words[:count]) for count in range(len(words), 0, -1))
            if act in _BY_ACT
        ),
        frozenset({Kind.OTHER}),
    )
    if not _is_own(event, about):
        return kinds & {Kind.SOURCES, Kind.VERDICT, Kind.STOPPED} or (
            frozenset({Kind.SOURCES, Kind.VERDICT})
            if "name" in (event.before or {})
            else frozenset()
        )
    return kinds


def _is_own(event: Event, about: About) -> bool:
    subject, told = event.subject_id, event.after or {}
    if event.action.startswith("span.") and about.number is not None:
        return int(told.get("first") or 0) <= about.number <= int(told.get("last") or 0)
    own: Mapping[str, frozenset[str]] = {
        "product": frozenset({str(about.product_id)}),
        "entity": frozenset({str(about.entity_id)}),
        "lot": frozenset(map(str, about.lots)),
    }
    if event.subject_kind == "entry":
        return told.get("lot_id") in about.lots
    return event.subject_kind not in own or subject in own[event.subject_kind]


def causes_of(
    part: Part, kind: Kind, events: Iterable[Event], about: About
) -> tuple[Sequence[Event], str]:
    """Return the acts that changed a part, the latest first, or in words why there are none.

    A part that stands on one page alone came or went with what the page is of.
    """
    if not part.changed:
        return (), ""
    wanted = {kind, Kind.VERDICT} if part.only else {kind}
    if kind is Kind.OTHER:
        wanted = {kind, Kind.CERTIFICATES, Kind.VERDICT}
    found = [event for event in events if touched(event, about) & wanted]
    if found:
        return tuple(reversed(found)), ""
    passing = kind in _DATED or kind in {Kind.VERDICT, Kind.LOT}
    return (), DATE_PASSED if passing else NOT_RECORDED


def effective_on(event: Event) -> date | None:
    """Return the day an act took effect where that lies before the day it was recorded."""
    before, after = event.before or {}, event.after or {}
    days = [
        date.fromisoformat(str(after[name])[:10])
        for name in _EFFECTIVE
        if after.get(name) and after[name] != before.get(name)
    ]
    earliest = min(days, default=None)
    return earliest if earliest and earliest < day_of(event.at) else None
