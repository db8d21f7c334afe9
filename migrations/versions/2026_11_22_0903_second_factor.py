"""The second factor of accounts, wrong tries to sign in, and what accounts and events are found by.

Revision: 0010_second_factor, after 0009_printing.
"""

import sqlalchemy as sa
from alembic import op

from app.audit.actions import words_of
from app.audit.models import AuditEvent
from app.kit.fences import EVERYTHING
from app.kit.text import fold

revision = "0010_second_factor"
down_revision = "0009_printing"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STEP = 1000
_AUDIT = (
    ("ix_audit_event_action_seq", ["action", "seq"]),
    ("ix_audit_event_actor_id_seq", ["actor_id", "seq"]),
    ("ix_audit_event_entity_id_seq", ["entity_id", "seq"]),
    ("ix_audit_event_subject_kind_subject_id_seq", ["subject_kind", "subject_id", "seq"]),
    ("ix_audit_event_at", ["at"]),
)


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", _BIG, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_table(
        "sign_in_try",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in_try")),
    )
    op.create_index(op.f("ix_sign_in_try_failed_at"), "sign_in_try", ["failed_at"])
    op.create_index(op.f("ix_membership_entity_id"), "membership", ["entity_id"])
    op.create_index(op.f("ix_account_role_role"), "account_role", ["role"])
    op.add_column("session_token", sa.Column("factor_at", sa.DateTime(timezone=True)))
    op.add_column("session_token", sa.Column("candidate", sa.LargeBinary()))
    for name in ("failures", "failed_at"):
        op.execute(f"ALTER TABLE account DROP COLUMN {name}")
    folded = sa.Column("folded", sa.String(length=200), server_default="", nullable=False)
    op.add_column("account", folded)
    op.create_index(op.f("ix_account_folded"), "account", ["folded"])
    _fold_accounts()
    op.add_column("audit_event", sa.Column("folded", sa.Text(), server_default="", nullable=False))
    _fold_events()
    for name in ("action", "entity_id"):
        op.drop_index(op.f(f"ix_audit_event_{name}"), "audit_event")
    for name, columns in _AUDIT:
        op.create_index(op.f(name), "audit_event", columns)


def _fold_accounts() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # The fences hold for the tables' owner too, where they stand already.
        op.execute(EVERYTHING.statement())
    account = sa.table("account", *(sa.column(name) for name in ("id", "name", "folded")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(account.c.id, account.c.name)).all():
        change = account.update().where(account.c.id == row.id)
        connection.execute(change.values(folded=fold(row.name)))


def _fold_events() -> None:
    """Write the words of the events there are: the one time that rows of the trail change."""
    connection = op.get_bind()
    # Every migration ends with making the guards again.
    on = " ON audit_event" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS guard_audit_event_update{on}")
    event, last = AuditEvent.__table__, 0
    names = ("seq", "actor_label", "subject_id", "before", "after")
    query = sa.select(*(event.c[name] for name in names)).order_by(event.c.seq).limit(_STEP)
    change = (
        sa.update(event)
        .where(event.c.seq == sa.bindparam("at_seq"))
        .values(folded=sa.bindparam("words"))
    )
    while rows := connection.execute(query.where(event.c.seq > last)).mappings().all():
        words = [{"at_seq": row["seq"], "words": words_of(row)} for row in rows]
        connection.execute(change, words)
        last = rows[-1]["seq"]


def downgrade() -> None:
    for name, _columns in _AUDIT:
        op.drop_index(op.f(name), "audit_event")
    for name in ("action", "entity_id"):
        op.create_index(op.f(f"ix_audit_event_{name}"), "audit_event", [name])
    op.execute("ALTER TABLE audit_event DROP COLUMN folded")
    op.drop_index(op.f("ix_account_folded"), "account")
    op.execute("ALTER TABLE account DROP COLUMN folded")
    op.add_column(
        "account", sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("account", sa.Column("failed_at", sa.DateTime(timezone=True)))
    for name in ("candidate", "factor_at"):
        op.execute(f"ALTER TABLE session_token DROP COLUMN {name}")
    op.drop_index(op.f("ix_account_role_role"), "account_role")
    op.drop_index(op.f("ix_membership_entity_id"), "membership")
    op.drop_table("sign_in_try")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
