"""Recalls decided by two people, and of whole products.

Revision: 0012_recalls, after 0011_imports.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_recalls"
down_revision = "0011_imports"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _label(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=120), server_default="", nullable=False)


def upgrade() -> None:
    # Added one by one: a rebuilt table would drop what leans on it.
    for column in (
        sa.Column("set_by_id", _BIG, nullable=True),
        _label("confirmed_by"),
        sa.Column("lifted_by_id", _BIG, nullable=True),
        _label("lift_confirmed_by"),
    ):
        op.add_column("lot_notice", column)
    size = sa.Column("recall_two_from", _BIG, server_default="1000", nullable=False)
    op.add_column("stamp_policy", size)
    _create_notices()
    _create_orders()


def _create_notices() -> None:
    op.create_table(
        "product_notice",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=False),
        sa.Column("made_from", sa.Date(), nullable=True),
        sa.Column("made_to", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        sa.Column("set_by_id", _BIG, nullable=True),
        _label("confirmed_by"),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("lifted_at", _MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(length=120), nullable=False),
        sa.Column("lifted_by_id", _BIG, nullable=True),
        _label("lift_confirmed_by"),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('recall', 'hold')", name=op.f("ck_product_notice_kind")),
        sa.CheckConstraint("made_from <= made_to", name=op.f("ck_product_notice_made")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_notice_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_notice")),
    )
    op.create_index(op.f("ix_product_notice_product_id"), "product_notice", ["product_id"])


def _create_orders() -> None:
    op.create_table(
        "recall_order",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("entity_id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("made_from", sa.Date(), nullable=True),
        sa.Column("made_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("stamps", _BIG, nullable=False),
        sa.Column("notice_id", _BIG, nullable=True),
        sa.Column("hold_id", _BIG, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_by_id", _BIG, nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('recall', 'lift')", name=op.f("ck_recall_order_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'declined')", name=op.f("ck_recall_order_state")
        ),
        sa.CheckConstraint("made_from <= made_to", name=op.f("ck_recall_order_made")),
        sa.CheckConstraint(
            "lot_id IS NULL OR (made_from IS NULL AND made_to IS NULL)",
            name=op.f("ck_recall_order_one_subject"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_recall_order_{one}_id")
            )
            for one in ("entity", "product", "lot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_order")),
    )
    for one in ("entity", "product", "lot"):
        op.create_index(op.f(f"ix_recall_order_{one}_id"), "recall_order", [f"{one}_id"])


def downgrade() -> None:
    op.drop_table("recall_order")
    op.drop_table("product_notice")
    op.drop_column("stamp_policy", "recall_two_from")
    for name in ("lift_confirmed_by", "lifted_by_id", "confirmed_by", "set_by_id"):
        op.drop_column("lot_notice", name)
