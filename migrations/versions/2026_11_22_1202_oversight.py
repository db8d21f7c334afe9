"""Reports from the public and findings of inspectors.

Revision: 0014_oversight, after 0013_links.
"""

revision = "0014_oversight"
down_revision = "0013_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
