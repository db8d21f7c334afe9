"""Signs that a stamp's code was copied, and display packs.

Revision: 0015_signals, after 0014_oversight.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_signals"
down_revision = "0014_oversight"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_STATES = "state IN ('open', 'watched', 'ignored', 'warned', 'voided')"


def upgrade() -> None:
    op.add_column("scan", sa.Column("province", sa.String(length=2), nullable=True))
    op.create_table(
        "clone_signal",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("line", _BIG, nullable=False),
        sa.Column("batch_id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=False),
        sa.Column("entity_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("raised_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_devices", sa.Integer(), nullable=True),
        sa.Column("decided_reasons", sa.JSON(), nullable=True),
        sa.CheckConstraint(_STATES, name=op.f("ck_clone_signal_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clone_signal")),
        sa.UniqueConstraint("line", name=op.f("uq_clone_signal_line")),
    )
    for column in ("product_id", "entity_id", "state"):
        op.create_index(op.f(f"ix_clone_signal_{column}"), "clone_signal", [column], unique=False)
    op.create_table(
        "display_pack",
        sa.Column("line", _BIG, nullable=False),
        sa.Column("batch_id", _BIG, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("marked_at", _TIME, nullable=False),
        sa.Column("marked_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_display_pack")),
    )
    op.create_index(op.f("ix_display_pack_batch_id"), "display_pack", ["batch_id"], unique=False)


def downgrade() -> None:
    op.drop_table("display_pack")
    op.drop_table("clone_signal")
    op.drop_column("scan", "province")
