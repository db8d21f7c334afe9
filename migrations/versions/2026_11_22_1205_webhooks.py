"""Webhooks and their deliveries.

Revision: 0017_webhooks, after 0016_partners.
"""

revision = "0017_webhooks"
down_revision = "0016_partners"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
