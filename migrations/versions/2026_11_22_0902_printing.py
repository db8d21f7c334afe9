"""Own print presets, files of a whole allotment, a second person and a proof for each file.

Revision: 0009_printing, after 0008_ledger.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_printing"
down_revision = "0008_ledger"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = "state IN ('waiting', 'making', 'ready', 'failed')"
_STATES_NOW = "state IN ('asked', 'waiting', 'making', 'ready', 'failed')"
_SAME = ["batch_id", "format", "form", "preset", "first", "count", "reason"]
_SAME_OF_ALLOTMENT = ["allotment_id", "format", "form", "preset", "reason"]


def _mm(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Numeric(precision=6, scale=2, asdecimal=False), nullable=nullable)


def _label(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=120), nullable=False)


def upgrade() -> None:
    op.create_table(
        "print_preset",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        _mm("page_width"),
        _mm("page_height"),
        _mm("margin_left", nullable=True),
        _mm("margin_top"),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _mm("cell_width"),
        _mm("cell_height"),
        _mm("gap_x"),
        _mm("gap_y"),
        _mm("symbol"),
        sa.Column("code_at", sa.String(length=6), nullable=False),
        sa.Column("crop_marks", sa.Boolean(), nullable=False),
        sa.Column("per_roll", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _label("made_by"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _label("changed_by"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('sheet', 'roll')", name=op.f("ck_print_preset_kind")),
        sa.CheckConstraint("code_at IN ('below', 'beside')", name=op.f("ck_print_preset_code_at")),
        sa.CheckConstraint("symbol BETWEEN 15 AND 40", name=op.f("ck_print_preset_symbol")),
        sa.CheckConstraint("columns > 0 AND rows > 0", name=op.f("ck_print_preset_grid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_preset")),
        sa.UniqueConstraint("name", name=op.f("uq_print_preset_name")),
    )
    # Nothing refers to this table, so SQLite may rebuild it.
    with op.batch_alter_table("stamp_export", schema=None) as batch_op:
        batch_op.drop_index("uq_stamp_export_same")
        batch_op.drop_constraint(op.f("ck_stamp_export_state"), type_="check")
        batch_op.alter_column("batch_id", existing_type=_BIG, nullable=True)
        batch_op.add_column(sa.Column("allotment_id", _BIG, nullable=True))
        batch_op.add_column(
            sa.Column("form", sa.String(length=5), nullable=False, server_default="short")
        )
        batch_op.add_column(sa.Column("proof", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("asked_by_id", _BIG, nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("confirmed_by", sa.String(length=120), nullable=False, server_default="")
        )
        batch_op.create_check_constraint(op.f("ck_stamp_export_state"), _STATES_NOW)
        batch_op.create_check_constraint(op.f("ck_stamp_export_form"), "form IN ('short', 'gs1')")
        batch_op.create_check_constraint(
            op.f("ck_stamp_export_subject"), "(batch_id IS NULL) <> (allotment_id IS NULL)"
        )
        batch_op.create_foreign_key(
            op.f("fk_stamp_export_allotment_id"), "allotment", ["allotment_id"], ["id"]
        )
        batch_op.create_index(
            batch_op.f("ix_stamp_export_allotment_id"), ["allotment_id"], unique=False
        )
        batch_op.create_index("uq_stamp_export_same", _SAME, unique=True)
        batch_op.create_index("uq_stamp_export_allotment", _SAME_OF_ALLOTMENT, unique=True)


def downgrade() -> None:
    # Files of the new kinds can't be told in the old table: their records go, with the files
    # still on the disk and what left on the audit trail.
    op.execute(
        "DELETE FROM stamp_export WHERE batch_id IS NULL OR form <> 'short' OR state = 'asked'"
    )
    with op.batch_alter_table("stamp_export", schema=None) as batch_op:
        batch_op.drop_index("uq_stamp_export_allotment")
        batch_op.drop_index("uq_stamp_export_same")
        batch_op.drop_index(batch_op.f("ix_stamp_export_allotment_id"))
        batch_op.drop_constraint(op.f("fk_stamp_export_allotment_id"), type_="foreignkey")
        for name in ("subject", "form", "state"):
            batch_op.drop_constraint(op.f(f"ck_stamp_export_{name}"), type_="check")
        for name in (
            "confirmed_by", "confirmed_at", "asked_by_id", "proof", "form", "allotment_id",
        ):  # fmt: skip
            batch_op.drop_column(name)
        batch_op.alter_column("batch_id", existing_type=_BIG, nullable=False)
        batch_op.create_check_constraint(op.f("ck_stamp_export_state"), _STATES)
        batch_op.create_index(
            "uq_stamp_export_same", [one for one in _SAME if one != "form"], unique=True
        )
    op.drop_table("print_preset")
