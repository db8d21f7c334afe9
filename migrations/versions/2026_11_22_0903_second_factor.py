"""The second factor of accounts.

Revision: 0010_second_factor, after 0009_printing.
"""

revision = "0010_second_factor"
down_revision = "0009_printing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
