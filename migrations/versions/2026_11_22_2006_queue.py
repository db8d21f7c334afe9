"""What this issue adds here.

Revision: 0028_queue, after 0027_tests.
"""

revision = "0028_queue"
down_revision = "0027_tests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
