"""A filled database for the benchmarks: one batch in spans, lots with a diary entry each."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.config import Settings
from app.diary.models import DiaryContent, DiaryEntry, Lot
from app.keyfile import load_keyring, make_keys
from app.kit.db import Database
from app.migrate import migrate
from app.stamps import codes
from app.stamps.models import Batch, KeyEpoch, Span
from tests import make, servers

NOW = datetime.now(UTC)
SECRET = bytes(range(16))


def new_settings(dialect: str, folder: Path) -> Settings:
    """Return settings of a new, migrated database."""
    folder.mkdir(parents=True)
    owner = app = scan = f"sqlite:///{folder / 'bench.sqlite'}"
    if dialect == "postgresql":
        owner, app, scan = servers.make_postgresql("ocop_bench")
    make_keys(folder / "keys.json")
    settings = Settings(
        database_url=app,
        owner_url=owner,
        scan_url=scan,
        keys_file=folder / "keys.json",
        files=folder / "files",
        work_in_process=False,
    )
    migrate(settings)
    return settings


def environment(settings: Settings) -> dict[str, str]:
    return {
        "DATABASE_URL": settings.database_url,
        "DATABASE_SCAN_URL": settings.scan_url,
        "OCOP_KEYS_FILE": str(settings.keys_file),
        "OCOP_FILES": str(settings.files),
        "OCOP_WORK_IN_PROCESS": "0",
    }


def fill(settings: Settings, *, stamps: int, lots: int, sample: int) -> list[str]:
    """Issue and activate `stamps` stamps in `lots` spans; return `sample` of their codes."""
    database = Database(settings.database_url)
    root = load_keyring(settings).newest()
    with database.begin() as db:
        entity = make.entity(db, name="Hợp tác xã Tôm khô Rạch Gốc")
        product = make.product(db, of=entity)
        make.use_right(db, of=make.right(db), product=product)
        db.add(KeyEpoch(epoch=0, root_check=codes.root_check(root), next=stamps + 1, opened_at=NOW))
        db.flush()
        batch = batch_of(entity.id, product.id, stamps)
        db.add(batch)
        db.flush()
        ids = lots_of(db, product.id, entity.id, lots)
        each = stamps // lots
        spans = [_span(batch.id, 1 + each * index, each, lot) for index, lot in enumerate(ids)]
        db.execute(insert(Span), spans)
    database.close()
    keys = codes.BatchKeys.of(root, SECRET)
    step = stamps // sample
    return [keys.encode(1 + step * index) for index in range(sample)]


def batch_of(entity_id: int, product_id: int, stamps: int) -> Batch:
    return Batch(
        entity_id=entity_id,
        product_id=product_id,
        state="handed_over",
        requested=stamps,
        granted=stamps,
        handed_over=stamps,
        epoch=0,
        first=codes.line(0, 1),
        last=codes.line(0, stamps),
        secret=SECRET,
        requested_at=NOW,
        requested_by="bench",
    )


def _span(batch_id: int, number: int, count: int, lot_id: int) -> dict[str, object]:
    return {
        "batch_id": batch_id,
        "first": codes.line(0, number),
        "last": codes.line(0, number + count - 1),
        "state": "active",
        "lot_id": lot_id,
        "activated_at": NOW,
        "version": 1,
    }


def lots_of(db: Session, product_id: int, entity_id: int, count: int) -> list[int]:
    today = date.today()  # noqa: DTZ011 - any day will do
    lots = [
        {
            "id": number,
            "product_id": product_id,
            "entity_id": entity_id,
            "number": f"L{number}",
            "state": "closed",
            "production_date": today,
            "expiry_date": today + timedelta(days=365),
            "opened_at": NOW,
        }
        for number in range(1, count + 1)
    ]
    db.execute(insert(Lot), lots)
    entries = [_entry(number, entity_id) for number in range(1, count + 1)]
    db.execute(insert(DiaryEntry), entries)
    contents = [
        {"entry_id": one["id"], "facts": {"kg": 12}, "note": "Đóng gói", "salt": b"0" * 16}
        for one in entries
    ]
    db.execute(insert(DiaryContent), contents)
    return [int(str(lot["id"])) for lot in lots]


def _entry(lot: int, entity_id: int) -> dict[str, object]:
    return {
        "id": uuid4(),
        "lot_id": lot,
        "entity_id": entity_id,
        "sequence": 1,
        "kind": "packing",
        "performed_at": NOW,
        "received_at": NOW,
        "recorder_label": "bench",
        "public": True,
        "request_hash": "0" * 64,
        "commit": "0" * 64,
    }
