"""Certificates of all kinds, the policy that asks for them, issuers of OCOP certificates by date.

Revision: 0025_certificates, after 0024_uses.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_certificates"
down_revision = "0024_uses"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _certificate()
    op.create_table(
        "certificate_policy",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("ocop_group", sa.String(length=30), nullable=False),
        sa.Column("all_of", sa.JSON(), nullable=False),
        sa.Column("any_of", sa.JSON(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", _AT, nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_by_id", _BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_policy")),
    )
    op.create_index(
        "ix_certificate_policy_group", "certificate_policy", ["ocop_group", "in_force_from"]
    )
    op.create_table(
        "ocop_issuer",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", _AT, nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint("stars BETWEEN 3 AND 5", name=op.f("ck_ocop_issuer_stars")),
        sa.CheckConstraint(
            "level IN ('', 'district', 'province', 'centre')", name=op.f("ck_ocop_issuer_level")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ocop_issuer")),
    )
    for table, column in _columns():
        op.add_column(table, column)


def _certificate() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("entity_id", _BIG, nullable=False),
        sa.Column("product_id", _BIG, nullable=True),
        sa.Column("facility_id", _BIG, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("number_key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revocation_decision", sa.String(length=60), nullable=False),
        sa.Column("revocation_reason", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("follows_id", _BIG, nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("recorded_at", _AT, nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.Column("struck_at", _AT, nullable=True),
        sa.Column("struck_by", sa.String(length=120), nullable=False),
        sa.Column("struck_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_certificate_validity")),
        sa.CheckConstraint(
            "revoked_on IS NULL OR revocation_reason <> ''", name=op.f("ck_certificate_revoked")
        ),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (struck_reason = '')", name=op.f("ck_certificate_struck")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_certificate_{one}_id")
            )
            for one in ("entity", "product", "facility")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["certificate.id"], name=op.f("fk_certificate_follows_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    for column in ("entity_id", "product_id", "facility_id", "follows_id", "valid_to"):
        op.create_index(op.f(f"ix_certificate_{column}"), "certificate", [column])
    op.create_index("ix_certificate_kind_key", "certificate", ["kind", "number_key"])


def _columns() -> list[tuple[str, sa.Column[object]]]:
    def text(name: str, kind: sa.String) -> sa.Column[object]:
        return sa.Column(name, kind, server_default="", nullable=False)

    return [
        ("ocop_certificate", text("issuer_level", sa.String(length=10))),
        ("ocop_certificate", sa.Column("recorded_at", _AT, nullable=True)),
        ("ocop_certificate", text("recorded_by", sa.String(length=120))),
        ("ocop_certificate", sa.Column("struck_at", _AT, nullable=True)),
        ("ocop_certificate", text("struck_reason", sa.Text())),
        ("facility_code", text("market", sa.String(length=60))),
        ("facility_code", sa.Column("area_ha", sa.Numeric(12, 4), nullable=True)),
        ("facility_code", text("crop", sa.String(length=120))),
        ("facility_code", sa.Column("recorded_at", _AT, nullable=True)),
        ("facility_code", text("retire_decision", sa.String(length=60))),
        ("facility_code", text("retire_reason", sa.Text())),
    ]


def downgrade() -> None:
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)
    op.drop_table("ocop_issuer")
    op.drop_table("certificate_policy")
    op.drop_table("certificate")
