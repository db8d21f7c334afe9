"""What this issue adds here.

Revision: 0026_inspections, after 0025_certificates.
"""

revision = "0026_inspections"
down_revision = "0025_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
