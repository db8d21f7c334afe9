"""The open data: every row fits the schemas that are published beside it, and nobody waits long."""

import asyncio
import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import date, timedelta
from io import StringIO
from threading import Event, Lock, Thread
from typing import Any

import jsonschema_rs
import pytest

from app.config import Settings
from app.kit.db import Database
from app.lookup.open_data_access import Making, Mark, pieces
from app.lookup.open_data_tables import TABLES
from app.wiring import create_app
from tests import make
from tests.client import Client
from tests.conftest import Clock, Visit
from tests.lookup.conftest import Scene
from tests.make_certificates import ocop

CASTS: dict[str, Callable[[str], object]] = {
    "string": str,
    "integer": int,
    "date": lambda text: date.fromisoformat(text).isoformat(),
}


@pytest.fixture
def reader(scene: Scene, visit: Visit, database: Database) -> Client:
    """What each table may hold: full rows and bare ones, names that spreadsheets would run."""
    with database.begin() as db:
        bare = make.product(db, of=scene.cast.other, name="=1+1", picture=False)
        mark = make.right(
            db,
            type="trademark",
            sign="+Út",
            owner="Nguyễn Văn Kín",
            owner_entity_id=scene.cast.other.id,
            registration_date="2019",
            expires_on=date(2035, 1, 1),
        )
        make.use_right(db, of=mark, product=bare, valid_to=None, form="live", certificate_no="")
        ocop(db, of=bare, valid_from=date(2024, 1, 1), valid_to=date(2026, 1, 1))
        make.right(db, type="collective_mark", suspended_on=make.TODAY, registration_date="")
        make.product(db, of=scene.cast.other, name="@Cũ", status="retired")
    return visit()


@pytest.mark.on("sqlite")
def test_every_row_fits_the_schemas_published_beside_it(reader: Client) -> None:
    package = reader.get("/open-data/datapackage.json").json()
    resources = {one["name"]: one for one in package["resources"]}
    for name, table in TABLES.items():
        schema = reader.get(f"/open-data/{name}.schema.json").json()
        jsonschema_rs.meta.validate(schema)
        held = jsonschema_rs.validator_for(schema, validate_formats=True)
        rows = reader.get(f"/open-data/{name}.json").json()
        assert rows, name
        assert [error.message for error in held.iter_errors(rows)] == [], name
        spoiled = [{**rows[0], table.key[0]: "1"}, {**rows[0], "more": 1}, rows[0] | {"url": "?"}]
        assert [one for one in spoiled if held.is_valid([one])] == [], name
        fields = resources[f"{name}-csv"]["schema"]["fields"]
        text = reader.get(f"/open-data/{name}.csv").text
        assert [cast(row, fields) for row in csv.DictReader(StringIO(text))] == rows, name


def cast(row: dict[str, str], fields: list[dict[str, Any]]) -> dict[str, object]:
    """Return a line of CSV as its Table Schema reads it: typed, and "" is what is missing."""
    found: dict[str, object] = {}
    for field in fields:
        text, required = row[field["name"]], field.get("constraints", {}).get("required")
        assert text or not required, field["name"]
        bare = text[1:] if text[:1] == "'" else text
        found[field["name"]] = CASTS[field["type"]](bare) if text else None
    return found


@pytest.mark.on("sqlite")
def test_a_large_file_is_read_while_it_is_made() -> None:
    goes_on = Event()

    def rows() -> Iterator[tuple[str | int, ...]]:
        yield from ((2026, one, "Hợp tác xã", "32248", one, "Tôm", 5, 4, 3) for one in range(600))
        assert goes_on.wait(30)
        yield (2026, 600, "Hợp tác xã", "", 600, "Tôm", 5, 4, 3)

    making = Making("stamp-holders", Mark(make.TODAY, 0, make.NOW, make.NOW))
    maker = Thread(target=making.make, args=(lambda: nullcontext(rows()), Lock()))
    maker.start()

    async def read(form: str) -> bytes:
        stream = pieces(making, form)
        found = await anext(stream)
        assert goes_on.is_set() or not making.facts[form].whole
        goes_on.set()
        return found + b"".join([piece async for piece in stream])

    for form in ("csv", "json"):
        whole = asyncio.run(read(form))
        facts = making.facts[form]
        assert (facts.size, facts.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
        if form == "json":
            assert [one["entity_id"] for one in json.loads(whole)] == list(range(601))
    maker.join()


@pytest.mark.on("sqlite")
def test_nobody_waits_for_a_large_file_and_what_was_begun_before_a_change_is_not_told(
    settings: Settings, clock: Clock
) -> None:
    app = create_app(settings, clock=clock)
    data, path = app.state.open_data, "/open-data/use-rights.csv"
    data.patience = 0
    with closing(app.state.site), closing(Client(app)) as reader:
        with data.turn:
            growing = reader.head(path)
            assert growing.status_code == 200
            assert not {"etag", "repr-digest", "content-length"} & growing.headers.keys()
            assert "Tệp đang được tạo" in reader.get("/open-data").text
            package = reader.get("/open-data/datapackage.json").json()
            assert not [one for one in package["resources"] if "hash" in one or "bytes" in one]
            later = reader.get("/open-data/SHA256SUMS")
            assert (later.status_code, later.headers["retry-after"]) == (503, "5")
            # With the day statuses turn: another is begun, and no third beside the two.
            clock.now += timedelta(days=1)
            assert reader.head(path).status_code == 200
            clock.now += timedelta(days=1)
            assert reader.head(path).status_code == 503
        data.stop()
        data.patience = 60
        assert "etag" in reader.head(path).headers
        assert reader.get("/open-data/SHA256SUMS").text.count("\n") == 12
