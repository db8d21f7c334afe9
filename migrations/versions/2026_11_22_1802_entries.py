"""Decisions on late entries and on what a lot may be let pass.

Revision: 0020_entries, after 0019_trace.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_entries"
down_revision = "0019_trace"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # What was recorded before keeps its place whatever its age: no mark holds it back.
    op.add_column(
        "diary_entry", sa.Column("mark", sa.String(length=14), server_default="", nullable=False)
    )
    op.create_index(
        "ix_diary_entry_approval",
        "diary_entry",
        ["entity_id"],
        sqlite_where=sa.text("mark = 'needs_approval'"),
        postgresql_where=sa.text("mark = 'needs_approval'"),
    )
    op.create_table(
        "entry_decision",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_by_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_entry_decision_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_decision")),
    )
    op.create_table(
        "lot_clearance",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cleared_at", _MOMENT, nullable=False),
        sa.Column("cleared_by", sa.String(length=120), nullable=False),
        sa.Column("cleared_by_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "item IN ('harvested_early', 'test', 'photos')", name=op.f("ck_lot_clearance_item")
        ),
        sa.CheckConstraint(
            "(item = 'harvested_early') = (entry_id IS NOT NULL AND until IS NOT NULL)",
            name=op.f("ck_lot_clearance_early"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_clearance_lot_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_lot_clearance_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_clearance")),
    )
    op.create_index(op.f("ix_lot_clearance_lot_id"), "lot_clearance", ["lot_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_lot_clearance_lot_id"), "lot_clearance")
    op.drop_table("lot_clearance")
    op.drop_table("entry_decision")
    op.drop_index("ix_diary_entry_approval", "diary_entry")
    op.execute("ALTER TABLE diary_entry DROP COLUMN mark")
