"""Rights over time: owners and managing bodies, areas, decisions; what else a register holds.

Revision: 0023_rights, after 0022_documents.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023_rights"
down_revision = "0022_documents"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_TEXTS = ("quality", "rules_of_use")
_STRINGS = {"classes": 120, "image": 64, "application_date": 10}
_SIDES = ("image_width", "image_height")


# What stands of each right becomes the first of its rows.
_HOLDERS = """
    INSERT INTO right_holder (right_id, role, name, entity_id, document, recorded_at, recorded_by,
        struck_by)
    SELECT ip_right.id, 'owner', COALESCE(NULLIF(owner, ''), entity.name), owner_entity_id, '',
        ip_right.created_at, '', ''
    FROM ip_right LEFT JOIN entity ON entity.id = owner_entity_id
    WHERE owner <> '' OR owner_entity_id IS NOT NULL ORDER BY ip_right.id"""
_MANAGERS = """
    INSERT INTO right_holder (right_id, role, name, document, recorded_at, recorded_by, struck_by)
    SELECT id, 'manager', managing_body, '', created_at, '', '' FROM ip_right
    WHERE managing_body <> '' ORDER BY id"""
_REGISTERED = """
    INSERT INTO right_decision (right_id, kind, decision_no, decided_on, reason, recorded_at,
        recorded_by)
    SELECT id, 'registered', decision_no, decision_date, '', created_at, '' FROM ip_right
    WHERE registration_no IS NOT NULL OR decision_no <> '' OR decision_date <> '' ORDER BY id"""
_TURNED = """
    INSERT INTO right_decision (right_id, kind, decision_no, decided_on, effective_on, reason,
        recorded_at, recorded_by)
    SELECT id, '{kind}', '', '', {column}, status_reason, updated_at, '' FROM ip_right
    WHERE {column} IS NOT NULL ORDER BY id"""


def upgrade() -> None:
    for name in _TEXTS:
        _add(sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name, length in _STRINGS.items():
        _add(sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    for name in _SIDES:
        _add(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    _add(sa.Column("pauses", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    _holders()
    _areas()
    _decisions()
    for statement in (_HOLDERS, _MANAGERS, _REGISTERED):
        op.execute(statement)
    for kind in ("suspended", "resumed", "ended"):
        op.execute(_TURNED.format(kind=kind, column=f"{kind}_on"))


def _add(column: sa.Column[object]) -> None:
    op.add_column("ip_right", column)


def _holders() -> None:
    op.create_table(
        "right_holder",
        *_of_right(),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("entity_id", _BIG, nullable=True),
        *_days("right_holder"),
        sa.CheckConstraint("role IN ('owner', 'manager')", name=op.f("ck_right_holder_role")),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_right_holder_entity_id")
        ),
        *_keys("right_holder"),
    )
    _index("right_holder", "right_id", "entity_id")


def _areas() -> None:
    op.create_table(
        "right_area",
        *_of_right(),
        sa.Column("place_code", sa.String(length=5), nullable=True),
        sa.Column("as_written", sa.String(length=120), nullable=False),
        *_days("right_area"),
        sa.ForeignKeyConstraint(
            ["place_code"], ["place.code"], name=op.f("fk_right_area_place_code")
        ),
        *_keys("right_area"),
    )
    _index("right_area", "right_id", "place_code")


def _decisions() -> None:
    op.create_table(
        "right_decision",
        *_of_right(),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.String(length=10), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("expired_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("annuls_id", _BIG, nullable=True),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "kind IN ('registered', 'amended', 'renewed', 'suspended', 'resumed', 'ended', "
            "'annulled')",
            name=op.f("ck_right_decision_kind"),
        ),
        sa.CheckConstraint(
            "(kind = 'renewed') = (expires_on IS NOT NULL)", name=op.f("ck_right_decision_renewed")
        ),
        sa.CheckConstraint(
            "(kind = 'annulled') = (annuls_id IS NOT NULL)",
            name=op.f("ck_right_decision_annuls"),
        ),
        sa.ForeignKeyConstraint(
            ["annuls_id"], ["right_decision.id"], name=op.f("fk_right_decision_annuls_id")
        ),
        sa.UniqueConstraint("annuls_id", name=op.f("uq_right_decision_annuls_id")),
        *_keys("right_decision"),
    )
    _index("right_decision", "right_id")


def _of_right() -> list[sa.Column[object]]:
    names = ("id", "right_id")
    return [sa.Column(name, _BIG, nullable=False) for name in names]


def _days(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("struck_at", _MOMENT, nullable=True),
        sa.Column("struck_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint("to_day >= from_day", name=op.f(f"ck_{table}_days")),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (struck_by = '')", name=op.f(f"ck_{table}_struck")
        ),
    ]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["right_id"], ["ip_right.id"], name=op.f(f"fk_{table}_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("right_decision", "right_area", "right_holder"):
        op.drop_table(table)
    for name in ("pauses", *_SIDES, *_STRINGS, *_TEXTS):
        op.execute(f"ALTER TABLE ip_right DROP COLUMN {name}")
