"""Epochs, batches, spans, movements, refusals and exports.

Revision: 0005_stamps, after 0004_diary.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_stamps"
down_revision = "0004_diary"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_epoch",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root_check", sa.LargeBinary(length=32), nullable=False),
        sa.Column("next", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_key_epoch")),
    )
    op.create_table(
        "stamp_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column(
            "requested", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("programme", sa.String(length=120), nullable=False),
        sa.Column("budget_year", sa.Integer(), nullable=True),
        sa.Column(
            "handed_over", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("secret", sa.LargeBinary(length=16), nullable=True),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'refused', 'approved', 'issued', 'handed_over')",
            name=op.f("ck_stamp_batch_state"),
        ),
        sa.CheckConstraint("granted > 0", name=op.f("ck_stamp_batch_granted")),
        sa.CheckConstraint("handed_over <= granted", name=op.f("ck_stamp_batch_handed_over")),
        sa.CheckConstraint("last - first + 1 = granted", name=op.f("ck_stamp_batch_span")),
        sa.CheckConstraint("requested > 0", name=op.f("ck_stamp_batch_requested")),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_stamp_batch_entity_id")
        ),
        sa.ForeignKeyConstraint(["epoch"], ["key_epoch.epoch"], name=op.f("fk_stamp_batch_epoch")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stamp_batch_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_batch")),
    )
    with op.batch_alter_table("stamp_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_batch_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamp_batch_product_id"), ["product_id"], unique=False)

    op.create_table(
        "stamp_export",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("preset", sa.String(length=20), nullable=False),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'making', 'ready', 'failed')", name=op.f("ck_stamp_export_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_export_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_export")),
    )
    with op.batch_alter_table("stamp_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_export_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            "uq_stamp_export_same",
            ["batch_id", "format", "preset", "first", "count", "reason"],
            unique=True,
        )

    op.create_table(
        "stamp_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_state", sa.String(length=10), nullable=False),
        sa.Column("to_state", sa.String(length=10), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_movement_batch_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_stamp_movement_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_movement")),
        sa.UniqueConstraint("uuid", name=op.f("uq_stamp_movement_uuid")),
        info={"guard": "insert_only"},
    )
    with op.batch_alter_table("stamp_movement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_movement_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "stamp_refusal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_refusal_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_refusal")),
        info={"guard": "insert_only"},
    )
    with op.batch_alter_table("stamp_refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_refusal_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "stamp_span",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state <> 'active' OR lot_id IS NOT NULL", name=op.f("ck_stamp_span_lot")
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'received', 'active', 'void', 'lost', 'returned')",
            name=op.f("ck_stamp_span_state"),
        ),
        sa.CheckConstraint("first <= last", name=op.f("ck_stamp_span_ends")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_span_batch_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_stamp_span_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_span")),
        info={"disjoint": ("first", "last")},
    )
    with op.batch_alter_table("stamp_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_span_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_stamp_span_first", ["first"], unique=True)
        batch_op.create_index(batch_op.f("ix_stamp_span_lot_id"), ["lot_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stamp_span", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_span_lot_id"))
        batch_op.drop_index("ix_stamp_span_first")
        batch_op.drop_index(batch_op.f("ix_stamp_span_batch_id"))

    op.drop_table("stamp_span")
    with op.batch_alter_table("stamp_refusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_refusal_batch_id"))

    op.drop_table("stamp_refusal")
    with op.batch_alter_table("stamp_movement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_movement_batch_id"))

    op.drop_table("stamp_movement")
    with op.batch_alter_table("stamp_export", schema=None) as batch_op:
        batch_op.drop_index("uq_stamp_export_same")
        batch_op.drop_index(batch_op.f("ix_stamp_export_batch_id"))

    op.drop_table("stamp_export")
    with op.batch_alter_table("stamp_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_batch_product_id"))
        batch_op.drop_index(batch_op.f("ix_stamp_batch_entity_id"))

    op.drop_table("stamp_batch")
    op.drop_table("key_epoch")
