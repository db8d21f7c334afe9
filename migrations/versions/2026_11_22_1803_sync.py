"""Photos that entries wait for.

Revision: 0021_sync, after 0020_entries.
"""

revision = "0021_sync"
down_revision = "0020_entries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
