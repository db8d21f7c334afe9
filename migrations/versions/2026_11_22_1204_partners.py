"""Shops, their keys and their listings.

Revision: 0016_partners, after 0015_signals.
"""

revision = "0016_partners"
down_revision = "0015_signals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
