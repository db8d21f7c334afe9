"""Own print presets, and files of a whole allotment.

Revision: 0009_printing, after 0008_ledger.
"""

revision = "0009_printing"
down_revision = "0008_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
