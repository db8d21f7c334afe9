"""Producers' own links.

Revision: 0013_links, after 0012_recalls.
"""

revision = "0013_links"
down_revision = "0012_recalls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
