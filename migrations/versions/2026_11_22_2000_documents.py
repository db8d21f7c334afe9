"""What this issue adds here.

Revision: 0022_documents, after 0021_sync.
"""

revision = "0022_documents"
down_revision = "0021_sync"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
