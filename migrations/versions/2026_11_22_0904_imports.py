"""Imports of spreadsheets.

Revision: 0011_imports, after 0010_second_factor.
"""

revision = "0011_imports"
down_revision = "0010_second_factor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
