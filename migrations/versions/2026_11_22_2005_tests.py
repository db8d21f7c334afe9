"""Quality tests of samples, what they tested for, and failed ones that block no more.

Revision: 0027_tests, after 0026_inspections.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027_tests"
down_revision = "0026_inspections"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AGAINST = sa.text("verdict = 'failed' AND struck_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "quality_test",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("entity_id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=True),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("facility_id", _BIG, nullable=True),
        sa.Column("sample_no", sa.String(length=60), nullable=False),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("sampled_by", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("laboratory", sa.String(length=200), nullable=False),
        sa.Column("report_no", sa.String(length=60), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=6), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_by_id", _BIG, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(length=120), nullable=False),
        sa.Column("strike_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('passed', 'failed', 'open')", name=op.f("ck_quality_test_verdict")
        ),
        sa.CheckConstraint(
            "lot_id IS NULL OR product_id IS NOT NULL", name=op.f("ck_quality_test_lot")
        ),
        sa.CheckConstraint("valid_until >= sampled_on", name=op.f("ck_quality_test_validity")),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (strike_reason = '')", name=op.f("ck_quality_test_struck")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_quality_test_{one}_id")
            )
            for one in ("entity", "product", "lot", "facility")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_test")),
    )
    for column in ("entity_id", "product_id", "lot_id", "facility_id"):
        op.create_index(op.f(f"ix_quality_test_{column}"), "quality_test", [column])
    op.create_index("ix_quality_test_sampled_on", "quality_test", ["sampled_on", "id"])
    op.create_index(
        "ix_quality_test_failed",
        "quality_test",
        ["id"],
        sqlite_where=_AGAINST,
        postgresql_where=_AGAINST,
    )
    _criteria()
    op.create_table(
        "test_lift",
        sa.Column("test_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(length=120), nullable=False),
        sa.Column("lifted_by_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["test_id"], ["quality_test.id"], name=op.f("fk_test_lift_test_id")
        ),
        sa.PrimaryKeyConstraint("test_id", "version", name=op.f("pk_test_lift")),
    )


def _criteria() -> None:
    op.create_table(
        "test_criterion",
        sa.Column("test_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("limit_kind", sa.String(length=6), nullable=False),
        sa.Column("limit_low", sa.Numeric(20, 8), nullable=True),
        sa.Column("limit_high", sa.Numeric(20, 8), nullable=True),
        sa.Column("limit_text", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("result_number", sa.Numeric(20, 8), nullable=True),
        sa.Column("result_text", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=6), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "limit_kind IN ('max', 'min', 'range', 'absent', 'text')",
            name=op.f("ck_test_criterion_limit_kind"),
        ),
        sa.CheckConstraint(
            "verdict IN ('passed', 'failed', 'open')", name=op.f("ck_test_criterion_verdict")
        ),
        sa.CheckConstraint("limit_low <= limit_high", name=op.f("ck_test_criterion_limits")),
        sa.ForeignKeyConstraint(
            ["test_id"], ["quality_test.id"], name=op.f("fk_test_criterion_test_id")
        ),
        sa.PrimaryKeyConstraint("test_id", "version", "position", name=op.f("pk_test_criterion")),
    )


def downgrade() -> None:
    op.drop_table("test_lift")
    op.drop_table("test_criterion")
    op.drop_table("quality_test")
