from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key

_UNSIGNED = text("state IN ('planned', 'held')")
_UNDONE = text("done_on IS NULL")


class Checklist(Base):
    """What inspectors go through, by name; what it asks stands in its versions."""

    __tablename__ = "checklist"

    id: Mapped[Key]
    # Stays the same in exports and imports, whatever the name becomes.
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    retired_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ChecklistVersion(Base):
    """A version of a checklist: never changed, since inspections are judged by it."""

    __tablename__ = "checklist_version"
    __table_args__ = (
        UniqueConstraint("checklist_id", "version"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))


class InspectionPlan(Base):
    """A year's plan of inspections, or one made for an occasion. Its rows are inspections."""

    __tablename__ = "inspection_plan"
    __table_args__ = (
        CheckConstraint("kind IN ('annual', 'ad_hoc')", name="kind"),
        CheckConstraint("state IN ('draft', 'approved', 'closed')", name="state"),
        CheckConstraint("state = 'draft' OR decision_no <> ''", name="decision"),
        CheckConstraint("from_day <= to_day", name="days"),
    )

    id: Mapped[Key]
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(6))
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    decided_on: Mapped[date | None]
    from_day: Mapped[date | None]
    to_day: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(8), default="draft")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(120), default="")


class Inspection(Base):
    """One visit: what is to be looked at, what was, and how it ended.

    Until it is signed its answers, findings and measures are a draft in JSON; then they become
    rows of `finding` and `measure`, and the inspection changes no more. `version` counts its
    changes, for phones that wrote out of reach.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint("cause IN ('plan', 'report', 'ad_hoc', 'recheck')", name="cause"),
        CheckConstraint(
            "subject IN ('right', 'entity', 'product', 'lot', 'batch')", name="subject"
        ),
        CheckConstraint("state IN ('planned', 'held', 'signed', 'cancelled')", name="state"),
        CheckConstraint("outcome IN ('', 'in_order', 'doubt', 'violation')", name="outcome"),
        CheckConstraint("(cause = 'recheck') = (recheck_of IS NOT NULL)", name="recheck"),
        CheckConstraint("cause <> 'plan' OR plan_id IS NOT NULL", name="plan"),
        CheckConstraint("(state = 'cancelled') = (cancel_reason <> '')", name="cancelled"),
        CheckConstraint(
            "(state = 'signed') = (signed_at IS NOT NULL) AND "
            "(state <> 'signed' OR (outcome <> '' AND held_on IS NOT NULL))",
            name="signed",
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position"),
        # What inspectors still have to do, among all that was ever done.
        Index(
            "ix_inspection_open",
            "planned_on",
            "id",
            sqlite_where=_UNSIGNED,
            postgresql_where=_UNSIGNED,
        ),
        Index("ix_inspection_state_id", "state", "id"),
        Index("ix_inspection_held_on_id", "held_on", "id"),
    )

    id: Mapped[Key]
    uid: Mapped[UUID] = mapped_column(unique=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_plan.id"), index=True)
    cause: Mapped[str] = mapped_column(String(7))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    from_finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    recheck_of: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    # In words: an anomaly and what else led here.
    occasion: Mapped[str] = mapped_column(String(500), default="")
    subject: Mapped[str] = mapped_column(String(7))
    right_id: Mapped[int | None] = mapped_column(ForeignKey("ip_right.id"), index=True)
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    # A batch belongs to a higher slice, so this is no foreign key.
    batch_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    # Of the stamp that was read where the inspection began on the spot.
    code: Mapped[str] = mapped_column(String(120), default="")
    planned_on: Mapped[date | None]
    month_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    held_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    latitude: Mapped[float | None] = mapped_column(Numeric(7, 5, asdecimal=False))
    longitude: Mapped[float | None] = mapped_column(Numeric(8, 5, asdecimal=False))
    team: Mapped[list[str]] = mapped_column(JSON, default=list)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    # The version it was begun with; none until somebody begins.
    checklist_version_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_version.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # Of a right's users: in whose hands the sign was found in use. Of a re-check: what of the
    # measures was done.
    observed: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    followed: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    in_use: Mapped[bool | None]
    present: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    # What those who were inspected had to say.
    opinion: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(9), default="")
    state: Mapped[str] = mapped_column(String(9), default="planned")
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(String(120), default="")
    signed_by_id: Mapped[int | None] = mapped_column(BigInt)
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    # Of the last sending by a phone, while nobody changed anything since: its content, the phone,
    # and the version it wrote upon.
    sent_hash: Mapped[str] = mapped_column(String(64), default="")
    sent_device: Mapped[str] = mapped_column(String(64), default="")
    sent_base: Mapped[int | None]
    folded: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    updated_at: Mapped[datetime]


class InspectionPhoto(Base):
    """A photo of an answer: promised by the hash of the file as the phone has it, then received."""

    __tablename__ = "inspection_photo"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    source_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    size: Mapped[int]
    # Of the stored file; none while it is awaited.
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime | None]


class Measure(Base):
    """What somebody has to do after an inspection, and by when."""

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint("(done_on IS NULL) = (result = '')", name="done"),
        Index(
            "ix_measure_undone", "deadline", "id", sqlite_where=_UNDONE, postgresql_where=_UNDONE
        ),
    )

    id: Mapped[Key]
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    deadline: Mapped[date]
    recheck_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    done_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[str] = mapped_column(String(120), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime]


class MeasureAnswer(Base):
    """What an entity answers to a measure: that it is done, in words or with a photo."""

    __tablename__ = "measure_answer"
    __table_args__ = (
        CheckConstraint("text <> '' OR sha256 <> ''", name="something"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    actor_label: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[int | None] = mapped_column(BigInt)


class InspectionNote(Base):
    """What came after an inspection was signed: a correction, or its hand-over to an agency."""

    __tablename__ = "inspection_note"
    __table_args__ = (
        CheckConstraint("kind IN ('correction', 'handed_over')", name="kind"),
        CheckConstraint(
            "kind <> 'handed_over' OR (agency <> '' AND document_no <> '' AND day IS NOT NULL)",
            name="handed_over",
        ),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    kind: Mapped[str] = mapped_column(String(11))
    text: Mapped[str] = mapped_column(Text, default="")
    agency: Mapped[str] = mapped_column(String(200), default="")
    document_no: Mapped[str] = mapped_column(String(60), default="")
    day: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(BigInt)
