"""What an officer needs to judge a suspected stamp: its look-ups by day, place and device."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.entities.queries import names_of as names_of_entities
from app.kit.clock import day_of
from app.kit.i18n import N_, Translator
from app.kit.paging import Cut
from app.office.audit_terms import terms_for
from app.places.queries import list_provinces
from app.products.queries import names_of as names_of_products
from app.scans.models import CloneSignal, DisplayPack
from app.scans.queries import find_suspicion
from app.scans.rules import RAW_DAYS, DeviceClass
from app.scans.signal_queries import devices_of, find_display, looks_of
from app.scans.signals import Look, Reason, SignalState
from app.stamps.display_queries import code_at
from app.stamps.keyring import Keyring
from app.stamps.models import Batch

DEVICE_LABELS: Final[Mapping[str, str]] = {
    DeviceClass.PHONE: N_("Phone"),
    DeviceClass.TABLET: N_("Tablet"),
    DeviceClass.DESKTOP: N_("Computer"),
    DeviceClass.OTHER: N_("Other device"),
}
_MOST_DECISIONS: Final = 50


@dataclass(frozen=True)
class AnomalyRow:
    """A signal as a list shows it; labels are msgids."""

    signal: CloneSignal
    product: str
    entity: str
    reasons: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Day:
    """The look-ups of one day: by how many visitors, and of them before the activation."""

    day: date
    visitors: int
    early: int
    provinces: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What is kept of a stamp's look-ups, the latest day first."""

    days: Sequence[Day]
    provinces: Sequence[tuple[str, int]]
    devices: Sequence[tuple[str, int]]

    @property
    def most(self) -> int:
        return max((one.visitors for one in self.days), default=1)


@dataclass(frozen=True)
class Anomaly:
    """A signal with all that is known of its stamp."""

    row: AnomalyRow
    code: str
    number: int
    evidence: Evidence
    display: DisplayPack | None
    suspicion: tuple[str, str, datetime] | None
    decisions: Sequence[Happened]


def rows_of(db: Session, found: Sequence[CloneSignal]) -> list[AnomalyRow]:
    """Return signals with the names of what they are about."""
    products = names_of_products(db, [one.product_id for one in found])
    entities = names_of_entities(db, [one.entity_id for one in found])
    return [
        AnomalyRow(
            signal=one,
            product=products.get(one.product_id, ""),
            entity=entities.get(one.entity_id, ""),
            reasons=tuple(Reason(reason).label for reason in one.reasons),
            state=SignalState(one.state).label,
        )
        for one in found
    ]


def read_anomaly(
    db: Session, signal: CloneSignal, *, now: datetime, keyring: Keyring, words: Translator
) -> Anomaly:
    """Return a signal with its evidence and what was decided on it so far."""
    batch = db.get_one(Batch, signal.batch_id)
    looks = looks_of(db, [signal.line], since=now - timedelta(days=RAW_DAYS))[signal.line]
    events = list_events(
        db, cut=Cut(limit=_MOST_DECISIONS), subject_kind="signal", subject_id=signal.id
    )
    return Anomaly(
        row=rows_of(db, [signal])[0],
        code=code_at(batch, signal.line, keyring=keyring),
        number=signal.line - (batch.first or 0) + 1,
        evidence=evidence_of(db, line=signal.line, looks=looks),
        display=find_display(db, line=signal.line),
        suspicion=find_suspicion(db, line=signal.line),
        decisions=[tell(event, terms_for(event), words) for event in events.items],
    )


def evidence_of(db: Session, *, line: int, looks: Sequence[Look]) -> Evidence:
    """Return a stamp's look-ups by day, province and class of device; nobody is told apart."""
    names = {place.code: place.name for place in list_provinces(db)}
    days: dict[date, list[Look]] = defaultdict(list)
    for look in looks:
        days[day_of(look.minute)].append(look)
    provinces = Counter(look.province for look in looks if look.province)
    devices = devices_of(db, line=line)
    return Evidence(
        days=[_day(day, days[day], names) for day in sorted(days, reverse=True)],
        provinces=[(names.get(code, code), count) for code, count in provinces.most_common()],
        devices=[
            (label, devices[name]) for name, label in DEVICE_LABELS.items() if name in devices
        ],
    )


def _day(day: date, looks: Sequence[Look], names: Mapping[str, str]) -> Day:
    return Day(
        day=day,
        visitors=len({look.visitor for look in looks}),
        early=len({look.visitor for look in looks if not look.active}),
        provinces=tuple(
            sorted({names.get(look.province, look.province) for look in looks if look.province})
        ),
    )
