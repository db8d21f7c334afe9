from pathlib import Path

from sqlalchemy import select, text

from app.kit.db import Database
from app.migrate import downgrade, migrate
from app.stamps.handover_queries import list_handovers
from app.stamps.models import Batch
from tests import make
from tests.conftest import migrated_settings
from tests.stamps.conftest import KEYRING


def test_what_was_handed_over_before_the_ledger_keeps_its_minutes_and_its_year(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_ledger_{worker_id}")
    database, owner = Database(settings.database_url), Database(settings.owner_url)
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
        batch_id = make.issued_batch(db, of=product, keyring=KEYRING, handed=60).id
        (written,) = list_handovers(db, actor=make.SYSTEM, batch_ids=[batch_id])
    with owner.engine.execution_options(write=True).begin() as connection:
        downgrade(connection, "0007_records")
        # Whoever approved before the ledger needed to name no year.
        connection.execute(text("UPDATE stamp_batch SET budget_year = NULL"))
    migrate(settings)
    with database.begin(write=False) as db:
        (kept,) = list_handovers(db, actor=make.SYSTEM, batch_ids=[batch_id])
        told = ("at", "giver", "receiver", "document_no", "runs", "quantity", "again")
        assert all(getattr(kept, name) == getattr(written, name) for name in told)
        assert db.scalars(select(Batch.budget_year)).all() == [2026]
    database.close()
    owner.close()
