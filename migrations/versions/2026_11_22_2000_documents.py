"""Documents attached to records.

Revision: 0022_documents, after 0021_sync.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_documents"
down_revision = "0021_sync"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", _BIG, nullable=False),
        sa.Column("entity_id", _BIG, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_by_id", _BIG, nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=120), nullable=False),
        sa.Column("withdraw_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("size > 0 AND pages > 0", name=op.f("ck_document_size")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdraw_reason = '')", name=op.f("ck_document_withdrawn")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_document_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_subject", "document", ["subject_kind", "subject_id"])
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_index(op.f("ix_document_entity_id"), "document", ["entity_id"])


def downgrade() -> None:
    op.drop_table("document")
