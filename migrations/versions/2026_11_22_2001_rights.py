"""What this issue adds here.

Revision: 0023_rights, after 0022_documents.
"""

revision = "0023_rights"
down_revision = "0022_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
