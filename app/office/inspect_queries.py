"""All the Department knows of one stamp, read from every slice that knows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.diary.models import Lot
from app.diary.notice_queries import AnyNotice, list_notices
from app.diary.notices import Subject
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.i18n import Translator
from app.kit.paging import Cut
from app.office.audit_terms import terms_for
from app.oversight.finding_queries import list_findings_near
from app.oversight.queries import list_reports_about
from app.oversight.row_queries import (
    FindingRow,
    Names,
    ReportRow,
    finding_rows,
    names_of,
    report_rows,
)
from app.products.models import OcopCertificate
from app.products.queries import certificate_facts, list_certificates
from app.products.rules import CertificateStatus, certificate_status
from app.rights.kinds import RightType
from app.rights.models import IpRight, UseRight
from app.rights.queries import rights_by_id
from app.rights.row_queries import UserRow, user_rows
from app.scans.models import CloneSignal, DisplayPack, ScanTotal
from app.scans.queries import find_suspicion
from app.scans.signals import SignalState
from app.stamps.batch_queries import get_batch, spans_over
from app.stamps.figure_queries import figures_of
from app.stamps.handover_queries import list_handovers
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch, Movement, Refusal
from app.stamps.queries import Stamp
from app.stamps.reconciling import Figures
from app.stamps.rules import Move, State
from app.stamps.telling_queries import Teller
from app.stamps.timeline import Event
from app.stamps.timeline_queries import timeline

SHOWN: Final = 10


@dataclass(frozen=True)
class Ledger:
    """A stamp's batch: its decision and sums, what happened to it, and to this stamp alone."""

    batch: Batch
    figures: Figures
    span: tuple[int, int] | None
    moves: list[Event]
    activation: Event | None
    minutes: list[Handover]
    refusals: list[Event]
    happened: Sequence[Event]


@dataclass(frozen=True)
class Granted:
    """A right to use a sign for the product, how it stands, and what became of it."""

    right: IpRight
    kind: str
    row: UserRow
    history: list[Happened]


@dataclass(frozen=True)
class Watched:
    """How often a stamp was looked up, and what speaks for a copy."""

    before: ScanTotal | None
    since: ScanTotal | None
    suspicion: tuple[str, str, datetime] | None
    signal: CloneSignal | None
    signal_state: str
    display: DisplayPack | None


@dataclass(frozen=True)
class Known:
    """What stands behind a stamp of ours."""

    stamp: Stamp
    state: str
    names: Names
    ledger: Ledger
    granted: list[Granted]
    certificates: list[tuple[OcopCertificate, str]]
    notices: list[AnyNotice]
    watched: Watched


@dataclass(frozen=True)
class Noted:
    """What people outside saw: of this code, its lot and its entity."""

    findings: list[FindingRow]
    reports: list[ReportRow]


def read_known(
    db: Session, stamp: Stamp, *, actor: Actor, now: datetime, words: Translator
) -> Known:
    """Return what stands behind a stamp; look-ups that wait in the process are not counted."""
    notices = [
        one
        for lot_id in (stamp.lot_id, None)
        for one in list_notices(
            db, Subject(entity_id=stamp.entity_id, product_id=stamp.product_id, lot_id=lot_id)
        )
    ]
    day = day_of(now)
    return Known(
        stamp=stamp,
        state=State(stamp.state).label,
        names=names_of(
            db, entity_id=stamp.entity_id, product_id=stamp.product_id, lot_id=stamp.lot_id
        ),
        ledger=_ledger(db, stamp, actor=actor, now=now, words=words),
        granted=_granted(db, stamp, day, words),
        certificates=[
            (one, _standing(one, day, words)) for one in list_certificates(db, stamp.product_id)
        ],
        notices=list({(type(one), one.id): one for one in notices}.values()),
        watched=_watched(db, stamp.line),
    )


def read_noted(db: Session, code: str, stamp: Stamp | None) -> Noted:
    """Return findings and reports on a code, also one that is not ours."""
    near = {"lot_id": stamp.lot_id, "entity_id": stamp.entity_id} if stamp else {}
    return Noted(
        findings=finding_rows(db, list_findings_near(db, code=code, **near)),
        reports=report_rows(db, list_reports_about(db, code=code, **near)),
    )


def _ledger(db: Session, stamp: Stamp, *, actor: Actor, now: datetime, words: Translator) -> Ledger:
    batch = get_batch(db, stamp.batch_id, actor=actor)
    found = db.scalars(
        select(Movement)
        .where(
            Movement.batch_id == batch.id,
            Movement.first <= stamp.line,
            Movement.last >= stamp.line,
        )
        .order_by(Movement.id)
    ).all()
    refused = _refusals(db, stamp)
    teller = Teller(batch, words, _lot_numbers(db, [*found, *refused]))
    moves = [teller.moved(one) for one in found]
    bound = [event for event, one in zip(moves, found, strict=True) if one.kind == Move.ACTIVATE]
    spans = spans_over(db, first=stamp.line, last=stamp.line)
    base = (batch.first or 0) - 1
    handed = list_handovers(db, actor=actor, batch_ids=[batch.id])
    return Ledger(
        batch=batch,
        figures=figures_of(db, [batch], now=now)[batch.id],
        span=(spans[0].run.first - base, spans[0].run.last - base) if spans else None,
        moves=moves,
        activation=bound[-1] if bound and stamp.activated_at else None,
        minutes=[
            one for one in handed if any(first <= stamp.number <= last for first, last in one.runs)
        ],
        refusals=[teller.refused(one) for one in refused],
        happened=timeline(db, actor=actor, batch=batch, cut=Cut(), words=words).items,
    )


def _refusals(db: Session, stamp: Stamp) -> Sequence[Refusal]:
    """Return what was refused of this stamp, or of its lot, the latest first."""
    of_stamp = (
        (Refusal.batch_id == stamp.batch_id)
        & (Refusal.first <= stamp.line)
        & (Refusal.last >= stamp.line)
    )
    touched = of_stamp if stamp.lot_id is None else or_(of_stamp, Refusal.lot_id == stamp.lot_id)
    return db.scalars(select(Refusal).where(touched).order_by(Refusal.id.desc()).limit(SHOWN)).all()


def _lot_numbers(db: Session, found: Sequence[Movement | Refusal]) -> Mapping[int, str]:
    query = select(Lot.id, Lot.number).where(Lot.id.in_({one.lot_id for one in found}))
    return {row.id: row.number for row in db.execute(query)}


def _granted(db: Session, stamp: Stamp, day: date, words: Translator) -> list[Granted]:
    query = (
        select(UseRight)
        .where(UseRight.entity_id == stamp.entity_id, UseRight.product_id == stamp.product_id)
        .order_by(UseRight.id.desc())
    )
    held = db.scalars(query).all()
    rights = rights_by_id(db, [one.right_id for one in held])
    return [
        Granted(
            right=rights[row.use_right.right_id],
            kind=RightType(rights[row.use_right.right_id].type).label,
            row=row,
            history=_history(db, row.use_right, words),
        )
        for row in user_rows(db, held, day)
    ]


def _standing(certificate: OcopCertificate, day: date, words: Translator) -> str:
    status = certificate_status(certificate_facts(certificate), day)
    turned = {
        CertificateStatus.REVOKED: certificate.revoked_on,
        CertificateStatus.EXPIRED: certificate.valid_to,
    }
    since = turned.get(status) or certificate.valid_from
    return words.gettext(status.label).format(date=words.date(since))


def _history(db: Session, use_right: UseRight, words: Translator) -> list[Happened]:
    """Return what became of a use right and of the right it is under, the latest first."""
    events = [
        event
        for kind, key in (("use_right", use_right.id), ("right", use_right.right_id))
        for event in list_events(db, cut=Cut(limit=SHOWN), subject_kind=kind, subject_id=key).items
    ]
    latest = sorted(events, key=lambda one: one.seq, reverse=True)
    return [tell(event, terms_for(event), words, hide=True) for event in latest]


def _watched(db: Session, line: int) -> Watched:
    signal = db.scalars(select(CloneSignal).where(CloneSignal.line == line)).one_or_none()
    return Watched(
        before=db.get(ScanTotal, (line, False)),
        since=db.get(ScanTotal, (line, True)),
        suspicion=find_suspicion(db, line=line),
        signal=signal,
        signal_state=SignalState(signal.state).label if signal else "",
        display=db.get(DisplayPack, line),
    )
