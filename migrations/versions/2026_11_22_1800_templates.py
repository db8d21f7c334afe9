"""Templates of processes; what lots and diary entries say beside.

Revision: 0018_templates, after 0017_webhooks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_templates"
down_revision = "0017_webhooks"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_REFERENCES = (
    ("production_process", "template_version_id", "process_template_version"),
    ("lot", "template_version_id", "process_template_version"),
    ("lot", "facility_id", "facility"),
)


def _add_reference(table: str, name: str, target: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER REFERENCES {target} (id)")
        return
    op.add_column(table, sa.Column(name, _BIG, nullable=True))
    op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, target, [name], ["id"])


def _words(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default="", nullable=False)


def _columns() -> tuple[tuple[str, sa.Column[object]], ...]:
    """Return what is added to tables that hold rows already."""
    quantity = sa.Numeric(precision=14, scale=3, asdecimal=False)
    return (
        ("lot", sa.Column("uid", sa.Uuid(), nullable=True)),
        ("lot", _words("material", 120)),
        ("lot", sa.Column("released_at", _MOMENT, nullable=True)),
        ("lot", sa.Column("distributed_at", _MOMENT, nullable=True)),
        ("lot", sa.Column("left_quantity", quantity, nullable=True)),
        ("lot", sa.Column("distribution_note", sa.Text(), server_default="", nullable=False)),
        ("diary_entry", sa.Column("recorded_at", _MOMENT, nullable=True)),
        ("diary_entry", sa.Column("skew_seconds", _BIG, nullable=True)),
        ("diary_entry", _words("location_code", 40)),
        (
            "diary_entry",
            sa.Column("on_behalf", sa.Boolean(), server_default=sa.false(), nullable=False),
        ),
        ("diary_content", _words("performer", 120)),
        ("diary_photo", _words("source_sha256", 64)),
        ("entity", sa.Column("practice", sa.Boolean(), server_default=sa.false(), nullable=False)),
    )


def upgrade() -> None:
    op.create_table(
        "process_template",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("retired_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_template")),
        sa.UniqueConstraint("code", name=op.f("uq_process_template_code")),
    )
    op.create_index(op.f("ix_process_template_folded"), "process_template", ["folded"])
    op.create_table(
        "process_template_version",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("template_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.Column("published_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["process_template.id"],
            name=op.f("fk_process_template_version_template_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_template_version")),
        sa.UniqueConstraint(
            "template_id", "version", name=op.f("uq_process_template_version_template_id_version")
        ),
    )
    op.create_table(
        "process_template_draft",
        sa.Column("template_id", _BIG, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.Column("saved_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["process_template.id"],
            name=op.f("fk_process_template_draft_template_id"),
        ),
        sa.PrimaryKeyConstraint("template_id", name=op.f("pk_process_template_draft")),
    )
    for table, name, target in _REFERENCES:
        _add_reference(table, name, target)
    for table, column in _columns():
        op.add_column(table, column)
    op.create_index("uq_lot_uid", "lot", ["uid"], unique=True)
    op.create_index("ix_lot_facility_id", "lot", ["facility_id"])


def downgrade() -> None:
    op.drop_index("ix_lot_facility_id", "lot")
    op.drop_index("uq_lot_uid", "lot")
    for table, column in reversed(_columns()):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
    for table, name, _ in reversed(_REFERENCES):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    op.drop_table("process_template_draft")
    op.drop_table("process_template_version")
    op.drop_index(op.f("ix_process_template_folded"), "process_template")
    op.drop_table("process_template")
