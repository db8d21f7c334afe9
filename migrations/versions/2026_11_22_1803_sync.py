"""Photos that entries wait for.

Revision: 0021_sync, after 0020_entries.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_sync"
down_revision = "0020_entries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "diary_photo_promise",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("size > 0", name=op.f("ck_diary_photo_promise_size")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_diary_photo_promise_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "source_sha256", name=op.f("pk_diary_photo_promise")),
    )
    due = sa.text("received_at IS NULL")
    op.create_index(
        "ix_diary_photo_promise_due",
        "diary_photo_promise",
        ["entry_id"],
        sqlite_where=due,
        postgresql_where=due,
    )
    op.create_index("ix_diary_entry_received", "diary_entry", ["entity_id", "received_at"])
    lately = ["received_at", "entity_id", "mark", "skew_seconds"]
    op.create_index("ix_diary_entry_lately", "diary_entry", lately)


def downgrade() -> None:
    op.drop_index("ix_diary_entry_lately", "diary_entry")
    op.drop_index("ix_diary_entry_received", "diary_entry")
    op.drop_table("diary_photo_promise")
