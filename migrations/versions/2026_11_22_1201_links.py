"""Producers' own links, and the hosts they may lead to.

Revision: 0013_links, after 0012_recalls.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_links"
down_revision = "0012_recalls"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "link_host",
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("allowed_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_link_host")),
    )
    op.create_table(
        "product_link",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("rel", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_link_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_link")),
    )
    op.create_index(op.f("ix_product_link_product_id"), "product_link", ["product_id"])


def downgrade() -> None:
    op.drop_table("product_link")
    op.drop_table("link_host")
