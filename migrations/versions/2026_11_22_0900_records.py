"""Records in full: facilities, contacts, consents, trainings, packs, sub-groups, processes.

Revision: 0007_records, after 0006_scans.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_records"
down_revision = "0006_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ocop_subgroup",
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("ocop_group", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("version", "code", name=op.f("pk_ocop_subgroup")),
    )
    op.create_table(
        "change_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused', 'withdrawn')",
            name=op.f("ck_change_proposal_state"),
        ),
        sa.CheckConstraint(
            "subject_kind IN ('entity', 'product')", name=op.f("ck_change_proposal_subject_kind")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_change_proposal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_proposal")),
    )
    with op.batch_alter_table("change_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_proposal_entity_id"), ["entity_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_change_proposal_state"), ["state"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_contact_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_entity_id"), ["entity_id"], unique=False)
    op.create_table(
        "facility",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("location_code", sa.String(length=40), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_facility_point")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_facility_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_facility_longitude")),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["place.code"], name=op.f("fk_facility_commune_code")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_facility_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
    )
    with op.batch_alter_table("facility", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_facility_commune_code"), ["commune_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_facility_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_facility_folded"), ["folded"], unique=False)
    op.create_table(
        "training",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("trainer", sa.String(length=120), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("people > 0", name=op.f("ck_training_people")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_training_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_entity_id"), ["entity_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_consent_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_entity_id"), ["entity_id"], unique=False)
    op.create_table(
        "facility_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_facility_code_validity")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_facility_code_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_code")),
    )
    with op.batch_alter_table("facility_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_code_code"), ["code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_facility_code_facility_id"), ["facility_id"], unique=False
        )
    op.create_table(
        "product_pack",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "net_quantity", sa.Numeric(precision=14, scale=3, asdecimal=False), nullable=True
        ),
        sa.Column("net_unit", sa.String(length=3), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("net_quantity > 0", name=op.f("ck_product_pack_net_quantity")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_pack_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_pack")),
        sa.UniqueConstraint("gtin", name=op.f("uq_product_pack_gtin")),
    )
    with op.batch_alter_table("product_pack", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_pack_product_id"), ["product_id"], unique=False
        )
    op.create_table(
        "production_process",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_production_process_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_production_process_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_process")),
        sa.UniqueConstraint(
            "product_id", "version", name=op.f("uq_production_process_product_id_version")
        ),
    )
    with op.batch_alter_table("production_process", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_production_process_entity_id"), ["entity_id"], unique=False
        )
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("registration_no", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("address_legacy", sa.String(length=300), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("email", sa.String(length=120), server_default="", nullable=False)
        )
    with op.batch_alter_table("ocop_certificate", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("subgroup", sa.String(length=31), server_default="", nullable=False)
        )
    with op.batch_alter_table("product_standard", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retired_on", sa.Date(), nullable=True))
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("model", sa.String(length=120), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "net_quantity", sa.Numeric(precision=14, scale=3, asdecimal=False), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column("net_unit", sa.String(length=3), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "self_declaration_no", sa.String(length=60), server_default="", nullable=False
            )
        )
        batch_op.add_column(sa.Column("self_declared_on", sa.Date(), nullable=True))
    # A phone was public by a tick that said its owner agreed: that stands as the consent.
    op.execute(
        """
        INSERT INTO consent (entity_id, subject, given_by, given_on, document, recorded_at,
                             recorded_by, withdrawn_by)
        SELECT id, 'phone', substr(name, 1, 120), date(updated_at),
               'recorded before consents were kept', updated_at,
               'migration', ''
        FROM entity WHERE phone_public AND phone <> ''
        """
    )


def downgrade() -> None:
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("self_declared_on")
        batch_op.drop_column("self_declaration_no")
        batch_op.drop_column("net_unit")
        batch_op.drop_column("net_quantity")
        batch_op.drop_column("model")
    with op.batch_alter_table("product_standard", schema=None) as batch_op:
        batch_op.drop_column("retired_on")
    with op.batch_alter_table("ocop_certificate", schema=None) as batch_op:
        batch_op.drop_column("subgroup")
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.drop_column("email")
        batch_op.drop_column("address_legacy")
        batch_op.drop_column("registration_no")
    with op.batch_alter_table("production_process", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_production_process_entity_id"))
    op.drop_table("production_process")
    with op.batch_alter_table("product_pack", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_pack_product_id"))
    op.drop_table("product_pack")
    with op.batch_alter_table("facility_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_facility_code_facility_id"))
        batch_op.drop_index(batch_op.f("ix_facility_code_code"))
    op.drop_table("facility_code")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_entity_id"))
        batch_op.drop_index(batch_op.f("ix_consent_contact_id"))
    op.drop_table("consent")
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_entity_id"))
    op.drop_table("training")
    with op.batch_alter_table("facility", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_facility_folded"))
        batch_op.drop_index(batch_op.f("ix_facility_entity_id"))
        batch_op.drop_index(batch_op.f("ix_facility_commune_code"))
    op.drop_table("facility")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_entity_id"))
    op.drop_table("contact")
    with op.batch_alter_table("change_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_proposal_state"))
        batch_op.drop_index(batch_op.f("ix_change_proposal_entity_id"))
    op.drop_table("change_proposal")
    op.drop_table("ocop_subgroup")
