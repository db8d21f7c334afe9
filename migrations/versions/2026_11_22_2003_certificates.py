"""What this issue adds here.

Revision: 0025_certificates, after 0024_uses.
"""

revision = "0025_certificates"
down_revision = "0024_uses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
