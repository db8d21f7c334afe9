"""Shops, their keys and their listings.

Revision: 0016_partners, after 0015_signals.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_partners"
down_revision = "0015_signals"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('shop', 'platform')", name=op.f("ck_partner_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("folded", name=op.f("uq_partner_folded")),
    )
    op.create_table(
        "partner_key",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("partner_id", _BIG, nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("ending", sa.String(length=4), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("per_day > 0", name=op.f("ck_partner_key_per_day")),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_partner_key_per_minute")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_key_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_partner_key_hash")),
    )
    op.create_index(op.f("ix_partner_key_expires_at"), "partner_key", ["expires_at"])
    op.create_index(op.f("ix_partner_key_partner_id"), "partner_key", ["partner_id"])
    op.create_table(
        "partner_use",
        sa.Column("key_id", _BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", _BIG, nullable=False),
        sa.Column("refused", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["partner_key.id"], name=op.f("fk_partner_use_key_id")),
        sa.PrimaryKeyConstraint("key_id", "day", name=op.f("pk_partner_use")),
    )
    op.create_table(
        "partner_listing",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("partner_id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'withdrawn')",
            name=op.f("ck_partner_listing_state"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_partner_listing_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_listing_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_listing")),
        sa.UniqueConstraint(
            "partner_id", "external_id", name=op.f("uq_partner_listing_partner_id_external_id")
        ),
    )
    op.create_index(op.f("ix_partner_listing_product_id"), "partner_listing", ["product_id"])
    op.create_index(op.f("ix_partner_listing_state_id"), "partner_listing", ["state", "id"])


def downgrade() -> None:
    for name in ("partner_listing", "partner_use", "partner_key", "partner"):
        op.drop_table(name)
