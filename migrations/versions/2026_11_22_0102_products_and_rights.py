"""Products with pictures, standards and certificates; rights and rights to use them.

Revision: 0003_products_and_rights, after 0002_people.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_products_and_rights"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ip_right",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("sign", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("goods", sa.String(length=300), nullable=False),
        sa.Column("application_no", sa.String(length=40), nullable=False),
        sa.Column("registration_no", sa.String(length=40), nullable=True),
        sa.Column("registration_no_as_written", sa.String(length=40), nullable=False),
        sa.Column("registration_date", sa.String(length=10), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("decision_date", sa.String(length=10), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column(
            "owner_entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("managing_body", sa.String(length=200), nullable=False),
        sa.Column("area_as_written", sa.Text(), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.String(length=120), nullable=False),
        sa.Column("checked_against", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(checked_on IS NULL) = (checked_by = '')", name=op.f("ck_ip_right_checked")
        ),
        sa.CheckConstraint(
            "type IN ('gi', 'certification_mark', 'collective_mark', 'trademark')",
            name=op.f("ck_ip_right_type"),
        ),
        sa.CheckConstraint("resumed_on >= suspended_on", name=op.f("ck_ip_right_resumed")),
        sa.ForeignKeyConstraint(
            ["owner_entity_id"], ["entity.id"], name=op.f("fk_ip_right_owner_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ip_right")),
        sa.UniqueConstraint("registration_no", name=op.f("uq_ip_right_registration_no")),
    )
    with op.batch_alter_table("ip_right", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ip_right_folded"), ["folded"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ip_right_owner_entity_id"), ["owner_entity_id"], unique=False
        )

    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("own_code", sa.String(length=40), nullable=False),
        sa.Column("brand", sa.String(length=120), nullable=False),
        sa.Column("ocop_group", sa.String(length=30), nullable=False),
        sa.Column("net_content", sa.String(length=60), nullable=False),
        sa.Column("ingredients", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("shelf_life", sa.String(length=120), nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_product_status")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_product_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("gtin", name=op.f("uq_product_gtin")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_folded"), ["folded"], unique=False)

    op.create_table(
        "ocop_certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2, asdecimal=False), nullable=True),
        sa.Column("certificate_no", sa.String(length=60), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revocation_decision", sa.String(length=60), nullable=False),
        sa.Column("revocation_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("stars BETWEEN 3 AND 5", name=op.f("ck_ocop_certificate_stars")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_ocop_certificate_validity")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_ocop_certificate_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ocop_certificate")),
    )
    with op.batch_alter_table("ocop_certificate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ocop_certificate_product_id"), ["product_id"], unique=False
        )

    op.create_table(
        "product_picture",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_picture_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_picture")),
    )
    with op.batch_alter_table("product_picture", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_picture_product_id"), ["product_id"], unique=False
        )

    op.create_table(
        "product_standard",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("issued", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_standard_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_standard")),
    )
    with op.batch_alter_table("product_standard", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_standard_product_id"), ["product_id"], unique=False
        )

    op.create_table(
        "right_product",
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_right_product_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["ip_right.id"], name=op.f("fk_right_product_right_id")
        ),
        sa.PrimaryKeyConstraint("right_id", "product_id", name=op.f("pk_right_product")),
    )
    with op.batch_alter_table("right_product", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_right_product_product_id"), ["product_id"], unique=False
        )

    op.create_table(
        "use_right",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("certificate_no", sa.String(length=60), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("resumed_on >= suspended_on", name=op.f("ck_use_right_resumed")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_use_right_validity")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_use_right_entity_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_use_right_product_id")
        ),
        sa.ForeignKeyConstraint(["right_id"], ["ip_right.id"], name=op.f("fk_use_right_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_right")),
    )
    with op.batch_alter_table("use_right", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_use_right_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_use_right_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_use_right_right_id"), ["right_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("use_right", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_use_right_right_id"))
        batch_op.drop_index(batch_op.f("ix_use_right_product_id"))
        batch_op.drop_index(batch_op.f("ix_use_right_entity_id"))

    op.drop_table("use_right")
    with op.batch_alter_table("right_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_right_product_product_id"))

    op.drop_table("right_product")
    with op.batch_alter_table("product_standard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_standard_product_id"))

    op.drop_table("product_standard")
    with op.batch_alter_table("product_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_picture_product_id"))

    op.drop_table("product_picture")
    with op.batch_alter_table("ocop_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ocop_certificate_product_id"))

    op.drop_table("ocop_certificate")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_folded"))
        batch_op.drop_index(batch_op.f("ix_product_entity_id"))

    op.drop_table("product")
    with op.batch_alter_table("ip_right", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ip_right_owner_entity_id"))
        batch_op.drop_index(batch_op.f("ix_ip_right_folded"))

    op.drop_table("ip_right")
