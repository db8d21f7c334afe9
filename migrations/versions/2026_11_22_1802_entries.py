"""Decisions on late entries and on what a lot may be let pass.

Revision: 0020_entries, after 0019_trace.
"""

revision = "0020_entries"
down_revision = "0019_trace"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
