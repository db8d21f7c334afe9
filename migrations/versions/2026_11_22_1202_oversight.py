"""Reports from the public and findings of inspectors.

Revision: 0014_oversight, after 0013_links.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_oversight"
down_revision = "0013_links"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("sent_hash", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=7), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("trouble", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_place(),
        sa.Column("photo", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        *_links(),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(length=120), nullable=False),
        sa.Column("taken_by_id", _BIG, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.Column("closed_by_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "about IN ('stamp', 'product', 'shop', 'other')", name=op.f("ck_report_about")
        ),
        sa.CheckConstraint("state IN ('new', 'taken', 'closed')", name=op.f("ck_report_state")),
        sa.CheckConstraint("state <> 'closed' OR outcome <> ''", name=op.f("ck_report_outcome")),
        *_keys("report"),
        sa.UniqueConstraint("reference", name=op.f("uq_report_reference")),
        sa.UniqueConstraint("sent_hash", name=op.f("uq_report_sent_hash")),
    )
    op.create_index("ix_report_state_id", "report", ["state", "id"])
    op.create_index("ix_report_about_subject", "report", ["about", "subject"])
    op.create_table(
        "finding",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("sent_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=7), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        *_links(),
        sa.Column("verdict", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        *_place(),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column("actor_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "subject IN ('stamp', 'batch', 'lot', 'product', 'entity')",
            name=op.f("ck_finding_subject"),
        ),
        sa.CheckConstraint(
            "outcome IN ('in_order', 'doubt', 'violation')", name=op.f("ck_finding_outcome")
        ),
        *_keys("finding"),
        sa.UniqueConstraint("sent_hash", name=op.f("uq_finding_sent_hash")),
    )
    op.create_index("ix_finding_subject_key", "finding", ["subject", "key"])
    op.create_index(op.f("ix_finding_batch_id"), "finding", ["batch_id"])
    for table in ("report", "finding"):
        for column in ("entity_id", "product_id", "lot_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "finding_photo",
        sa.Column("finding_id", _BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_photo_finding_id")
        ),
        sa.PrimaryKeyConstraint("finding_id", "position", name=op.f("pk_finding_photo")),
    )


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Numeric(7, 5), nullable=True),
        sa.Column("longitude", sa.Numeric(8, 5), nullable=True),
    ]


def _links() -> list[sa.Column[object]]:
    names = ("batch_id", "entity_id", "product_id", "lot_id")
    return [sa.Column(name, _BIG, nullable=True) for name in names]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f(f"ck_{table}_position")
        ),
        *(
            sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_{table}_{one}_id"))
            for one in ("entity", "product", "lot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    op.drop_table("finding_photo")
    op.drop_table("finding")
    op.drop_table("report")
