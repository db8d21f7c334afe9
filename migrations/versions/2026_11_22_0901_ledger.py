"""Allotments, quotas, hand-overs, reconciliations, the rules on stamps, look-ups by month.

Revision: 0008_ledger, after 0007_records.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_ledger"
down_revision = "0007_records"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _add_reference(name: str, target: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE stamp_batch ADD COLUMN {name} INTEGER REFERENCES {target} (id)")
        return
    op.add_column("stamp_batch", sa.Column(name, _BIG, nullable=True))
    made = op.f(f"fk_stamp_batch_{name}")
    op.create_foreign_key(made, "stamp_batch", target, [name], ["id"])


def _write_minutes() -> None:
    """Keep what was handed over so far as the hand-overs it was."""
    db, moment = op.get_bind(), sa.DateTime(timezone=True)
    query = sa.text(
        "SELECT m.batch_id, b.entity_id, m.at, m.actor_label AS giver, m.receiver, m.document_no,"
        " m.first - b.first + 1 AS low, m.last - b.first + 1 AS high FROM stamp_movement m"
        " JOIN stamp_batch b ON b.id = m.batch_id WHERE m.kind = 'handover' ORDER BY m.id"
    ).columns(at=moment)
    found: dict[tuple[object, ...], list[list[int]]] = {}
    for *said, low, high in db.execute(query):
        found.setdefault(tuple(said), []).append([low, high])
    names = ("batch_id", "entity_id", "at", "giver", "receiver", "document_no")
    kinds = {"at": moment, "runs": sa.JSON()}
    columns = (*names, "runs", "quantity", "again", "received_by", "received_note")
    table = sa.table("stamp_handover", *(sa.column(one, kinds.get(one)) for one in columns))
    rows = [
        dict(zip(names, said, strict=True))
        | {
            "runs": runs,
            "quantity": sum(high - low + 1 for low, high in runs),
            "again": False,
            "received_by": "",
            "received_note": "",
        }
        for said, runs in found.items()
    ]
    if rows:
        op.bulk_insert(table, rows)


def upgrade() -> None:
    op.create_table(
        "allotment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=120), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column(
            "changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'issued', 'cancelled')", name=op.f("ck_allotment_state")
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_allotment_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
    )
    op.create_table(
        "stamp_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "two_people_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("undo_days", sa.Integer(), nullable=False),
        sa.Column("lapse_months", sa.Integer(), nullable=True),
        sa.Column(
            "tolerance_percent", sa.Numeric(precision=5, scale=2, asdecimal=False), nullable=False
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_stamp_policy_single")),
        sa.CheckConstraint("lapse_months > 0", name=op.f("ck_stamp_policy_lapse_months")),
        sa.CheckConstraint(
            "tolerance_percent BETWEEN 0 AND 100", name=op.f("ck_stamp_policy_tolerance_percent")
        ),
        sa.CheckConstraint("two_people_from > 0", name=op.f("ck_stamp_policy_two_people_from")),
        sa.CheckConstraint("undo_days BETWEEN 0 AND 10", name=op.f("ck_stamp_policy_undo_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_policy")),
    )
    op.create_table(
        "stamp_quota",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "product_id IS NULL OR facility_id IS NULL", name=op.f("ck_stamp_quota_one_part")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stamp_quota_quantity")),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_stamp_quota_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_stamp_quota_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stamp_quota_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_quota")),
        sa.UniqueConstraint("subject", name=op.f("uq_stamp_quota_subject")),
    )
    with op.batch_alter_table("stamp_quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_quota_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamp_quota_year"), ["year"], unique=False)
    op.create_table(
        "allotment_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "allotment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_allotment_row_quantity")),
        sa.ForeignKeyConstraint(
            ["allotment_id"], ["allotment.id"], name=op.f("fk_allotment_row_allotment_id")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_allotment_row_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_allotment_row_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_allotment_row_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_allotment_row_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment_row")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_allotment_row_batch_id")),
    )
    with op.batch_alter_table("allotment_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allotment_row_allotment_id"), ["allotment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_allotment_row_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_allotment_row_product_id"), ["product_id"], unique=False
        )
    op.create_table(
        "stamp_handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("giver", sa.String(length=120), nullable=False),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("runs", sa.JSON(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column(
            "received_quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=120), nullable=False),
        sa.Column("received_note", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stamp_handover_quantity")),
        sa.CheckConstraint(
            "received_quantity >= 0", name=op.f("ck_stamp_handover_received_quantity")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_handover_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_stamp_handover_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_handover")),
    )
    with op.batch_alter_table("stamp_handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_handover_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_stamp_handover_entity_id"), ["entity_id"], unique=False
        )
    op.create_table(
        "stamp_reconciliation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column(
            "movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_reconciliation_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_reconciliation")),
    )
    with op.batch_alter_table("stamp_reconciliation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stamp_reconciliation_batch_id"), ["batch_id"], unique=False
        )
    op.create_table(
        "stamp_order",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("batch_id", _BIG, nullable=False),
        sa.Column("entity_id", _BIG, nullable=False),
        sa.Column("move", sa.String(length=12), nullable=False),
        sa.Column("first", _BIG, nullable=False),
        sa.Column("last", _BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_by_id", _BIG, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'declined')", name=op.f("ck_stamp_order_state")
        ),
        sa.CheckConstraint("first <= last", name=op.f("ck_stamp_order_ends")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["stamp_batch.id"], name=op.f("fk_stamp_order_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_stamp_order_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp_order")),
    )
    op.create_index(op.f("ix_stamp_order_batch_id"), "stamp_order", ["batch_id"])
    op.create_index(op.f("ix_stamp_order_entity_id"), "stamp_order", ["entity_id"])
    # Added one by one: a rebuilt table would drop the stamps that lean on it.
    _add_reference("allotment_id", "allotment")
    _add_reference("facility_id", "facility")
    _add_reference("pack_id", "product_pack")
    for name in ("requested_by_id", "decided_by_id"):
        op.add_column("stamp_batch", sa.Column(name, _BIG, nullable=True))
    op.create_index(op.f("ix_stamp_batch_allotment_id"), "stamp_batch", ["allotment_id"])
    op.create_index(op.f("ix_stamp_batch_facility_id"), "stamp_batch", ["facility_id"])
    with op.batch_alter_table("stamp_refusal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts", sa.JSON(), nullable=True))
    _write_minutes()
    # Quotas count by budget year: what was granted before takes the year of its decision.
    year = "CAST(strftime('%Y', decided_at, '+7 hours') AS INTEGER)"
    if op.get_bind().dialect.name == "postgresql":
        year = "EXTRACT(YEAR FROM decided_at AT TIME ZONE 'Asia/Ho_Chi_Minh')"
    unsaid = "budget_year IS NULL AND granted IS NOT NULL"
    op.execute(f"UPDATE stamp_batch SET budget_year = {year} WHERE {unsaid}")  # noqa: S608 - our own constants

    _add_months()


def _add_months() -> None:
    """Add the look-ups of a product by month, and count what is still kept of them."""
    op.create_table(
        "scan_month",
        sa.Column("product_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("lookups", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "month", name=op.f("pk_scan_month")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    month = (
        "strftime('%Y-%m-01', s.minute, '+7 hours')"
        if sqlite
        else "date_trunc('month', s.minute AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    op.execute(
        f"INSERT INTO scan_month SELECT b.product_id, {month}, count(*) FROM stamp_batch b "  # noqa: S608 - the text above only
        "JOIN scan s ON s.line BETWEEN b.first AND b.last AND s.active GROUP BY 1, 2"
    )


def downgrade() -> None:
    op.drop_table("scan_month")
    with op.batch_alter_table("stamp_refusal", schema=None) as batch_op:
        batch_op.drop_column("facts")
    op.drop_index(op.f("ix_stamp_batch_facility_id"), "stamp_batch")
    op.drop_index(op.f("ix_stamp_batch_allotment_id"), "stamp_batch")
    for name in ("decided_by_id", "requested_by_id", "pack_id", "facility_id", "allotment_id"):
        op.execute(f"ALTER TABLE stamp_batch DROP COLUMN {name}")
    op.drop_table("stamp_order")
    with op.batch_alter_table("stamp_reconciliation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_reconciliation_batch_id"))
    op.drop_table("stamp_reconciliation")
    with op.batch_alter_table("stamp_handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_handover_entity_id"))
        batch_op.drop_index(batch_op.f("ix_stamp_handover_batch_id"))
    op.drop_table("stamp_handover")
    with op.batch_alter_table("allotment_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allotment_row_product_id"))
        batch_op.drop_index(batch_op.f("ix_allotment_row_entity_id"))
        batch_op.drop_index(batch_op.f("ix_allotment_row_allotment_id"))
    op.drop_table("allotment_row")
    with op.batch_alter_table("stamp_quota", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_quota_year"))
        batch_op.drop_index(batch_op.f("ix_stamp_quota_entity_id"))
    op.drop_table("stamp_quota")
    op.drop_table("stamp_policy")
    op.drop_table("allotment")
