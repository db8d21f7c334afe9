"""What lots are made of and where they went.

Revision: 0019_trace, after 0018_templates.
"""

revision = "0019_trace"
down_revision = "0018_templates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
