"""Recalls decided by two people, and of whole products.

Revision: 0012_recalls, after 0011_imports.
"""

revision = "0012_recalls"
down_revision = "0011_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
