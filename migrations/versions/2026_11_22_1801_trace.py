"""What lots are made of and where they went.

Revision: 0019_trace, after 0018_templates.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_trace"
down_revision = "0018_templates"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _words(name: str, kind: sa.types.TypeEngine[str]) -> sa.Column[str]:
    return sa.Column(name, kind, server_default="", nullable=False)


def _said(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Return what both tables say of goods that came or left."""
    return (
        _words("document", sa.String(length=120)),
        sa.Column("quantity", sa.Numeric(precision=14, scale=3, asdecimal=False), nullable=True),
        _words("unit", sa.String(length=3)),
        _words("unit_as_entered", sa.String(length=30)),
        _words("reason", sa.Text()),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        _words("withdrawn_by", sa.String(length=120)),
        _words("withdraw_reason", sa.Text()),
        sa.CheckConstraint("quantity > 0", name=op.f(f"ck_{table}_quantity")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f(f"fk_{table}_lot_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f(f"fk_{table}_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        "lot_input",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=False),
        sa.Column("source_lot_id", _BIG, nullable=True),
        _words("material", sa.String(length=120)),
        _words("supplier", sa.String(length=200)),
        _words("supplier_lot", sa.String(length=60)),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        *_said("lot_input"),
        sa.CheckConstraint(
            "source_lot_id IS NOT NULL OR material <> ''", name=op.f("ck_lot_input_source")
        ),
        sa.CheckConstraint("source_lot_id <> lot_id", name=op.f("ck_lot_input_itself")),
        sa.ForeignKeyConstraint(
            ["source_lot_id"], ["lot.id"], name=op.f("fk_lot_input_source_lot_id")
        ),
    )
    op.create_index("ix_lot_input_up", "lot_input", ["lot_id", "withdrawn_at", "source_lot_id"])
    op.create_index("ix_lot_input_down", "lot_input", ["source_lot_id", "withdrawn_at", "lot_id"])
    op.create_index(op.f("ix_lot_input_entry_id"), "lot_input", ["entry_id"])
    op.create_table(
        "lot_dispatch",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=False),
        sa.Column("receiver", sa.String(length=200), nullable=False),
        sa.Column("receiver_kind", sa.String(length=12), nullable=False),
        sa.Column("receiver_entity_id", _BIG, nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        *_said("lot_dispatch"),
        sa.CheckConstraint(
            "receiver_kind IN ('producer', 'trader', 'shop', 'consumer', 'own', 'destroyed')",
            name=op.f("ck_lot_dispatch_receiver_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["receiver_entity_id"],
            ["entity.id"],
            name=op.f("fk_lot_dispatch_receiver_entity_id"),
        ),
    )
    for column in ("lot_id", "receiver_entity_id", "entry_id"):
        op.create_index(op.f(f"ix_lot_dispatch_{column}"), "lot_dispatch", [column])


def downgrade() -> None:
    op.drop_table("lot_dispatch")
    op.drop_table("lot_input")
