"""What this issue adds here.

Revision: 0027_tests, after 0026_inspections.
"""

revision = "0027_tests"
down_revision = "0026_inspections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
