"""Who looks after what waits in the Department's queue, how a finding ended, and indexes for what
waits longest.

Revision: 0028_queue, after 0027_tests.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_queue"
down_revision = "0027_tests"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("state <> 'closed'")
_RAISED = sa.text("state = 'open'")
_AMISS = sa.text("outcome <> 'in_order'")


def upgrade() -> None:
    op.create_table(
        "queue_assignment",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("subject_kind", sa.String(length=9), nullable=False),
        sa.Column("subject_id", _BIG, nullable=False),
        sa.Column("assignee_id", _BIG, nullable=True),
        sa.Column("assignee", sa.String(length=120), nullable=False),
        sa.Column("priority", sa.String(length=6), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        sa.Column("set_by_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "subject_kind IN ('report', 'signal', 'finding', 'measure', 'test', 'objection')",
            name=op.f("ck_queue_assignment_subject_kind"),
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')",
            name=op.f("ck_queue_assignment_priority"),
        ),
        sa.CheckConstraint(
            "(assignee_id IS NULL) = (assignee = '')", name=op.f("ck_queue_assignment_assignee")
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["account.id"], name=op.f("fk_queue_assignment_assignee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_assignment")),
    )
    op.create_index(
        "ix_queue_assignment_subject", "queue_assignment", ["subject_kind", "subject_id", "id"]
    )
    op.create_index(
        "ix_queue_assignment_assignee_id", "queue_assignment", ["assignee_id", "subject_kind"]
    )
    op.create_index(
        "ix_report_waiting", "report", ["sent_at", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "finding_closing",
        sa.Column("finding_id", _BIG, nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.Column("closed_by_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'unfounded', 'mended', 'forwarded', 'unclear')",
            name=op.f("ck_finding_closing_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_closing_finding_id")
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding_closing")),
    )
    op.create_index(
        "ix_finding_amiss",
        "finding",
        ["at", "id"],
        sqlite_where=_AMISS,
        postgresql_where=_AMISS,
    )
    op.create_index(
        "ix_clone_signal_waiting",
        "clone_signal",
        ["raised_at", "id"],
        sqlite_where=_RAISED,
        postgresql_where=_RAISED,
    )


def downgrade() -> None:
    op.drop_index("ix_clone_signal_waiting", table_name="clone_signal")
    op.drop_index("ix_finding_amiss", table_name="finding")
    op.drop_table("finding_closing")
    op.drop_index("ix_report_waiting", table_name="report")
    op.drop_table("queue_assignment")
