import csv
import io

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.kit.db import Database
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.test_allotments import YEAR, granted


@pytest.fixture
def _stamps(database: Database, cast: Cast, app: FastAPI) -> None:
    keyring = app.state.keyring
    with database.begin() as db:
        ours = make.product(db, of=cast.entity, name="Tôm khô")
        theirs = make.product(db, of=cast.other, name="Mắm lóc")
        granted(db, ours, YEAR - 1, 500, keyring=keyring)
        granted(db, ours, YEAR, 1000, handed=400, keyring=keyring)
        granted(db, ours, YEAR, 200, keyring=keyring)
        granted(db, theirs, YEAR, 3000, keyring=keyring)


@pytest.mark.usefixtures("_stamps")
def test_everybody_reads_who_holds_how_many_stamps_of_a_year(visit: Visit, cast: Cast) -> None:
    public = visit()
    page = public.get("/holders")
    assert page.status_code == 200
    for told in ("Tôm khô", "1.200", "400", "Mắm lóc", "3.000", "4.200", "xã Đất Mũi"):
        assert told in page.text
    assert cast.owner.phone[-8:] not in page.text
    assert "set-cookie" not in page.headers
    again = public.get("/holders", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")
    found = public.get("/holders?q=tom+kho&lang=en").text
    assert ("Mắm lóc" in found, "1,200" in found) == (False, True)
    assert "500" in public.get(f"/holders?year={YEAR - 1}").text
    for odd in ("/holders?q=zzz", "/holders?year=x", "/holders?year=1900", "/holders?page=99"):
        assert public.get(odd).status_code == 200
    table = public.get(f"/holders?year={YEAR}&file=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert [row[4:] for row in rows[1:]] == [["3000", "0", "0"], ["1200", "400", "0"]]

    api = public.get(f"/api/v1/holders?year={YEAR}&q=rach goc").json()
    assert (api["years"], api["next"]) == ([YEAR, YEAR - 1], None)
    assert api["totals"] == {
        "rows": 1,
        "entities": 1,
        "granted": 1200,
        "handed_over": 400,
        "active": 0,
    }
    assert [one["commune_code"] for one in api["items"]] == [make.DAT_MUI]


def test_the_list_costs_the_same_few_queries_however_long_it_is(
    visit: Visit, cast: Cast, app: FastAPI, database: Database
) -> None:
    client = visit()
    asked: list[list[object]] = []

    def count(*told: object) -> None:
        asked[-1].append(told[2])

    for more in (1, 8):
        with database.begin() as db:
            for _ in range(more):
                product = make.product(db, of=cast.entity)
                granted(db, product, YEAR, 10, keyring=app.state.keyring)
        asked.append([])
        event.listen(database.engine, "before_cursor_execute", count)
        assert client.get("/api/v1/holders").status_code == 200
        event.remove(database.engine, "before_cursor_execute", count)
    assert len(asked[0]) == len(asked[1]) <= 7
