"""What this issue adds here.

Revision: 0024_uses, after 0023_rights.
"""

revision = "0024_uses"
down_revision = "0023_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
