from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key

_AGAINST = text("verdict = 'failed' AND struck_at IS NULL")


class QualityTest(Base):
    """A sample that a laboratory tested: of a lot, of a product, or of an entity's place alone.

    `version` numbers what the laboratory said: the criteria of the latest are those that stand,
    and `verdict` is theirs. A test entered by mistake is struck out and stays in the history.
    """

    __tablename__ = "quality_test"
    __table_args__ = (
        CheckConstraint("verdict IN ('passed', 'failed', 'open')", name="verdict"),
        CheckConstraint("lot_id IS NULL OR product_id IS NOT NULL", name="lot"),
        CheckConstraint("valid_until >= sampled_on", name="validity"),
        CheckConstraint("(struck_at IS NULL) = (strike_reason = '')", name="struck"),
        # What waits for an officer, among very many that do not.
        Index("ix_quality_test_failed", "id", sqlite_where=_AGAINST, postgresql_where=_AGAINST),
        Index("ix_quality_test_sampled_on", "sampled_on", "id"),
    )

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"), index=True)
    sample_no: Mapped[str] = mapped_column(String(60), default="")
    sampled_on: Mapped[date]
    sampled_by: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200), default="")
    laboratory: Mapped[str] = mapped_column(String(200))
    report_no: Mapped[str] = mapped_column(String(60), default="")
    reported_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    public: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    verdict: Mapped[str] = mapped_column(String(6), default="open")
    # What is searched for is looked for here, folded.
    folded: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(BigInt)
    changed_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[str] = mapped_column(String(120), default="")
    strike_reason: Mapped[str] = mapped_column(Text, default="")


class Criterion(Base):
    """One thing a sample was tested for, as a version of the test says it. Insert-only.

    `result_text` is what the laboratory wrote, `result_number` its figure where it is one.
    """

    __tablename__ = "test_criterion"
    __table_args__ = (
        CheckConstraint(
            "limit_kind IN ('max', 'min', 'range', 'absent', 'text')", name="limit_kind"
        ),
        CheckConstraint("verdict IN ('passed', 'failed', 'open')", name="verdict"),
        CheckConstraint("limit_low <= limit_high", name="limits"),
        {"info": {"guard": "insert_only"}},
    )

    test_id: Mapped[int] = mapped_column(ForeignKey("quality_test.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    method: Mapped[str] = mapped_column(String(120), default="")
    limit_kind: Mapped[str] = mapped_column(String(6))
    limit_low: Mapped[float | None] = mapped_column(Numeric(20, 8, asdecimal=False))
    limit_high: Mapped[float | None] = mapped_column(Numeric(20, 8, asdecimal=False))
    limit_text: Mapped[str] = mapped_column(String(200), default="")
    unit: Mapped[str] = mapped_column(String(40), default="")
    result_number: Mapped[float | None] = mapped_column(Numeric(20, 8, asdecimal=False))
    result_text: Mapped[str] = mapped_column(String(200), default="")
    verdict: Mapped[str] = mapped_column(String(6))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))


class QualityLift(Base):
    """An officer's word that a failed test blocks no more, with the reason. Insert-only.

    It is of the version it was said of: a later result that fails blocks again.
    """

    __tablename__ = "test_lift"
    __table_args__ = {"info": {"guard": "insert_only"}}  # noqa: RUF012 - SQLAlchemy's own declaration

    test_id: Mapped[int] = mapped_column(ForeignKey("quality_test.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    lifted_at: Mapped[datetime]
    lifted_by: Mapped[str] = mapped_column(String(120))
    lifted_by_id: Mapped[int | None] = mapped_column(BigInt)
