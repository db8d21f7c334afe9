"""Decisions on use rights, observed use, mark managers and objections; the form of products.

Revision: 0024_uses, after 0023_rights.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_uses"
down_revision = "0023_rights"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("ended_at IS NULL")
_UNSETTLED = sa.text("closed_at IS NULL")

# What was recorded of use rights so far, as the decisions it must have come from.
_GRANTED = """
INSERT INTO use_right_decision (use_right_id, kind, decision_no, effective_on, reason,
    recorded_at, recorded_by)
SELECT id, 'granted', decision_no, valid_from, '', created_at, '' FROM use_right ORDER BY id"""
_TURNED = """
INSERT INTO use_right_decision (use_right_id, kind, decision_no, effective_on, reason,
    recorded_at, recorded_by)
SELECT id, '{kind}', '', {day}, status_reason, updated_at, '' FROM use_right
WHERE {day} IS NOT NULL ORDER BY id"""


def _words(name: str, kind: sa.types.TypeEngine[str]) -> sa.Column[str]:
    return sa.Column(name, kind, server_default="", nullable=False)


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_by_id", _BIG, nullable=True),
    )


def upgrade() -> None:
    op.add_column("product", _words("form", sa.String(length=20)))
    op.add_column("use_right", _words("source_area", sa.String(length=300)))
    op.add_column(
        "use_right", sa.Column("listed", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column(
        "use_right", sa.Column("pauses", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column(
        "use_right", sa.Column("revoked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _decisions()
    _observations()
    _managers()
    _objections()


def _decisions() -> None:
    op.create_table(
        "use_right_decision",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("use_right_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("annuls_id", _BIG, nullable=True),
        *_recorded(),
        sa.CheckConstraint(
            "kind IN ('granted', 'amended', 'suspended', 'resumed', 'revoked', 'ended',"
            " 'annulled')",
            name=op.f("ck_use_right_decision_kind"),
        ),
        sa.CheckConstraint(
            "(kind = 'annulled') = (annuls_id IS NOT NULL)",
            name=op.f("ck_use_right_decision_annuls"),
        ),
        sa.CheckConstraint("until >= effective_on", name=op.f("ck_use_right_decision_until")),
        sa.ForeignKeyConstraint(
            ["use_right_id"], ["use_right.id"], name=op.f("fk_use_right_decision_use_right_id")
        ),
        sa.ForeignKeyConstraint(
            ["annuls_id"],
            ["use_right_decision.id"],
            name=op.f("fk_use_right_decision_annuls_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_right_decision")),
    )
    op.create_index(
        op.f("ix_use_right_decision_use_right_id"), "use_right_decision", ["use_right_id"]
    )
    op.execute(_GRANTED)
    for kind, day in (
        ("suspended", "suspended_on"),
        ("resumed", "resumed_on"),
        ("ended", "ended_on"),
    ):
        op.execute(_TURNED.format(kind=kind, day=day))


def _observations() -> None:
    op.create_table(
        "use_observation",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("right_id", _BIG, nullable=False),
        sa.Column("entity_id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("inspection_id", _BIG, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(
            ["right_id"], ["ip_right.id"], name=op.f("fk_use_observation_right_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_use_observation_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_use_observation_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_observation")),
    )
    op.create_index(
        "ix_use_observation_right_id_entity_id", "use_observation", ["right_id", "entity_id"]
    )
    for column in ("entity_id", "inspection_id"):
        op.create_index(op.f(f"ix_use_observation_{column}"), "use_observation", [column])


def _managers() -> None:
    op.create_table(
        "right_manager",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("right_id", _BIG, nullable=False),
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("appointed_at", _MOMENT, nullable=False),
        sa.Column("appointed_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by = '')", name=op.f("ck_right_manager_ended")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["ip_right.id"], name=op.f("fk_right_manager_right_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_right_manager_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_manager")),
    )
    op.create_index(op.f("ix_right_manager_account_id"), "right_manager", ["account_id"])
    op.create_index(
        "uq_right_manager_now",
        "right_manager",
        ["right_id", "account_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _objections() -> None:
    op.create_table(
        "use_objection",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("use_right_id", _BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", _MOMENT, nullable=False),
        sa.Column("raised_by", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('', 'settled', 'upheld', 'withdrawn')",
            name=op.f("ck_use_objection_outcome"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome = '')", name=op.f("ck_use_objection_closed")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer = '')", name=op.f("ck_use_objection_answered")
        ),
        sa.ForeignKeyConstraint(
            ["use_right_id"], ["use_right.id"], name=op.f("fk_use_objection_use_right_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_objection")),
    )
    op.create_index(op.f("ix_use_objection_use_right_id"), "use_objection", ["use_right_id"])
    op.create_index(
        "ix_use_objection_open",
        "use_objection",
        ["use_right_id"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )


def downgrade() -> None:
    for table in ("use_objection", "right_manager", "use_observation", "use_right_decision"):
        op.drop_table(table)
    for column in ("revoked", "pauses", "listed", "source_area"):
        op.execute(f"ALTER TABLE use_right DROP COLUMN {column}")
    op.execute("ALTER TABLE product DROP COLUMN form")
