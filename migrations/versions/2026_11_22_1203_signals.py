"""Signs that a stamp's code was copied, and display packs.

Revision: 0015_signals, after 0014_oversight.
"""

revision = "0015_signals"
down_revision = "0014_oversight"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
