"""Inspections: checklists, plans, visits, measures and what comes after.

Revision: 0026_inspections, after 0025_certificates.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026_inspections"
down_revision = "0025_certificates"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_SUBJECTS = "subject IN ('stamp', 'batch', 'lot', 'product', 'entity'{more})"
_TABLES = (
    *("inspection_note", "measure_answer", "measure", "inspection_photo", "inspection"),
    *("inspection_plan", "checklist_version", "checklist"),
)


def upgrade() -> None:
    op.add_column("finding", sa.Column("inspection_id", _BIG, nullable=True))
    op.add_column(
        "finding", sa.Column("item", sa.String(length=40), server_default="", nullable=False)
    )
    op.create_index(op.f("ix_finding_inspection_id"), "finding", ["inspection_id"])
    _let_findings_be_about(more=", 'right'")
    _checklists()
    _plans()
    op.create_table("inspection", *_columns(), *_checks(), *_keys())
    _indexes()
    _photos()
    _measures()
    _notes()


def _let_findings_be_about(*, more: str) -> None:
    """Change what a finding may be about, without a new table: its photos refer to this one."""
    name, said = "ck_finding_subject", _SUBJECTS.format(more=more)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(name), "finding", type_="check")
        op.create_check_constraint(op.f(name), "finding", said)
        return
    other = _SUBJECTS.format(more="" if more else ", 'right'")
    connection = op.get_bind()
    # As SQLite's own page on ALTER TABLE has it for constraints that no row depends on.
    stands = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    change = "UPDATE sqlite_master SET sql = replace(sql, :other, :said) WHERE name = 'finding'"
    connection.execute(sa.text(change), {"other": other, "said": said})
    connection.exec_driver_sql(f"PRAGMA schema_version={stands + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=True)


def _at(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, _MOMENT, nullable=null)


def _id(name: str = "id", *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, _BIG, nullable=null)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _checklists() -> None:
    op.create_table(
        "checklist",
        *(_id(), _text("code", 40), _text("name", 200), _text("name_en", 200), _day("retired_on")),
        *(_at("created_at"), _at("changed_at"), _primary("checklist")),
        sa.UniqueConstraint("code", name=op.f("uq_checklist_code")),
    )
    op.create_table(
        "checklist_version",
        *(_id(), _id("checklist_id"), sa.Column("version", sa.Integer(), nullable=False)),
        *(_json("body"), _text("note"), _at("created_at"), _text("created_by", 120)),
        _foreign("checklist_version", "checklist_id", "checklist"),
        _primary("checklist_version"),
        sa.UniqueConstraint(
            "checklist_id", "version", name=op.f("uq_checklist_version_checklist_id_version")
        ),
    )


def _plans() -> None:
    table = "inspection_plan"
    op.create_table(
        table,
        *(_id(), sa.Column("year", sa.Integer(), nullable=False), _text("name", 200)),
        *(_text("kind", 6), _text("decision_no", 60), _day("decided_on"), _day("from_day")),
        *(_day("to_day"), _text("note"), _text("state", 8), _at("created_at")),
        *(_text("created_by", 120), _at("changed_at"), _at("approved_at", null=True)),
        _text("approved_by", 120),
        _check(table, "kind", "kind IN ('annual', 'ad_hoc')"),
        _check(table, "state", "state IN ('draft', 'approved', 'closed')"),
        _check(table, "decision", "state = 'draft' OR decision_no <> ''"),
        _check(table, "days", "from_day <= to_day"),
        _primary(table),
    )


def _columns() -> list[sa.Column[object]]:
    links = ("right", "entity", "product", "lot", "batch")
    whole = sa.Integer()
    return [
        *(_id(), sa.Column("uid", sa.Uuid(), nullable=False), _id("plan_id", null=True)),
        *(_text("cause", 7), _id("report_id", null=True), _id("from_finding_id", null=True)),
        *(_id("recheck_of", null=True), _text("occasion", 500), _text("subject", 7)),
        *(_id(f"{one}_id", null=True) for one in links),
        *(_text("code", 120), _day("planned_on")),
        sa.Column("month_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(_day("held_on"), _text("place", 200)),
        sa.Column("latitude", sa.Numeric(7, 5), nullable=True),
        sa.Column("longitude", sa.Numeric(8, 5), nullable=True),
        *(_json("team"), _id("lead_id", null=True), _id("checklist_id")),
        *(_id("checklist_version_id", null=True), _json("answers"), _json("findings")),
        *(_json("observed"), _json("followed"), sa.Column("in_use", sa.Boolean(), nullable=True)),
        *(_text("present"), _text("summary"), _text("opinion"), _text("outcome", 9)),
        *(_text("state", 9), _at("signed_at", null=True), _text("signed_by", 120)),
        *(_id("signed_by_id", null=True), _text("cancel_reason")),
        sa.Column("version", whole, nullable=False),
        *(_text("sent_hash", 64), _text("sent_device", 64)),
        sa.Column("sent_base", whole, nullable=True),
        *(_text("folded"), _at("created_at"), _text("created_by", 120), _at("updated_at")),
    ]


def _checks() -> list[sa.CheckConstraint]:
    rules = {
        "cause": "cause IN ('plan', 'report', 'ad_hoc', 'recheck')",
        "subject": "subject IN ('right', 'entity', 'product', 'lot', 'batch')",
        "state": "state IN ('planned', 'held', 'signed', 'cancelled')",
        "outcome": "outcome IN ('', 'in_order', 'doubt', 'violation')",
        "recheck": "(cause = 'recheck') = (recheck_of IS NOT NULL)",
        "plan": "cause <> 'plan' OR plan_id IS NOT NULL",
        "cancelled": "(state = 'cancelled') = (cancel_reason <> '')",
        "signed": "(state = 'signed') = (signed_at IS NOT NULL) AND "
        "(state <> 'signed' OR (outcome <> '' AND held_on IS NOT NULL))",
        "position": "(latitude IS NULL) = (longitude IS NULL)",
    }
    return [_check("inspection", name, rule) for name, rule in rules.items()]


def _keys() -> list[sa.Constraint]:
    targets = {
        "plan_id": "inspection_plan",
        "report_id": "report",
        "from_finding_id": "finding",
        "recheck_of": "inspection",
        "right_id": "ip_right",
        "entity_id": "entity",
        "product_id": "product",
        "lot_id": "lot",
        "lead_id": "account",
        "checklist_id": "checklist",
        "checklist_version_id": "checklist_version",
    }
    return [
        *(_foreign("inspection", column, target) for column, target in targets.items()),
        _primary("inspection"),
        sa.UniqueConstraint("uid", name=op.f("uq_inspection_uid")),
    ]


def _indexes() -> None:
    links = ("plan_id", "report_id", "from_finding_id", "recheck_of", "right_id", "entity_id")
    for column in (*links, "product_id", "lot_id", "batch_id", "lead_id"):
        op.create_index(op.f(f"ix_inspection_{column}"), "inspection", [column])
    unsigned = sa.text("state IN ('planned', 'held')")
    op.create_index(
        "ix_inspection_open",
        "inspection",
        ["planned_on", "id"],
        sqlite_where=unsigned,
        postgresql_where=unsigned,
    )
    for column in ("state", "held_on"):
        op.create_index(f"ix_inspection_{column}_id", "inspection", [column, "id"])


def _photos() -> None:
    table = "inspection_photo"
    sides = ("position", "size", "width", "height")
    op.create_table(
        table,
        *(_id("inspection_id"), _text("item", 40), _text("source_sha256", 64)),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in sides),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        _at("received_at", null=True),
        _check(table, "size", "size > 0"),
        _foreign(table, "inspection_id", "inspection"),
        _primary(table, "inspection_id", "item", "source_sha256"),
    )


def _measures() -> None:
    table = "measure"
    op.create_table(
        table,
        *(_id(), _id("inspection_id"), _id("finding_id", null=True), _id("entity_id", null=True)),
        *(_text("text"), sa.Column("deadline", sa.Date(), nullable=False)),
        *(_id("recheck_id", null=True), _day("done_on"), _text("result"), _text("done_by", 120)),
        *(_at("recorded_at"), _text("recorded_by", 120), _at("changed_at")),
        _check(table, "done", "(done_on IS NULL) = (result = '')"),
        _foreign(table, "inspection_id", "inspection"),
        _foreign(table, "finding_id", "finding"),
        _foreign(table, "entity_id", "entity"),
        _foreign(table, "recheck_id", "inspection"),
        _primary(table),
    )
    for column in ("inspection_id", "finding_id", "entity_id", "recheck_id"):
        op.create_index(op.f(f"ix_measure_{column}"), table, [column])
    undone = sa.text("done_on IS NULL")
    columns = ["deadline", "id"]
    op.create_index(
        "ix_measure_undone", table, columns, sqlite_where=undone, postgresql_where=undone
    )


def _notes() -> None:
    table = "measure_answer"
    op.create_table(
        table,
        *(_id(), _id("measure_id"), _text("text"), _text("sha256", 64), _at("at")),
        *(_text("actor_label", 120), _id("actor_id", null=True)),
        _check(table, "something", "text <> '' OR sha256 <> ''"),
        _foreign(table, "measure_id", "measure"),
        _primary(table),
    )
    op.create_index(op.f("ix_measure_answer_measure_id"), table, ["measure_id"])
    table = "inspection_note"
    op.create_table(
        table,
        *(_id(), _id("inspection_id"), _text("kind", 11), _text("text"), _text("agency", 200)),
        *(_text("document_no", 60), _day("day"), _at("recorded_at"), _text("recorded_by", 120)),
        _id("recorded_by_id", null=True),
        _check(table, "kind", "kind IN ('correction', 'handed_over')"),
        _check(
            table,
            "handed_over",
            "kind <> 'handed_over' OR (agency <> '' AND document_no <> '' AND day IS NOT NULL)",
        ),
        _foreign(table, "inspection_id", "inspection"),
        _primary(table),
    )
    op.create_index(op.f("ix_inspection_note_inspection_id"), table, ["inspection_id"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    _let_findings_be_about(more="")
    op.drop_index(op.f("ix_finding_inspection_id"), "finding")
    for column in ("item", "inspection_id"):
        op.execute(f"ALTER TABLE finding DROP COLUMN {column}")
