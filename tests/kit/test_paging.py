import pytest

from app.kit.db import Database
from tests import make
from tests.conftest import Cast, Visit

PATH = "/api/v1/entities"


def test_a_walk_over_the_pages_meets_every_row_once(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        for number in range(23):
            make.entity(db, name=f"Cơ sở {number}")
    client = visit(api=cast.officer)
    met, path, pages = [], f"{PATH}?limit=10&q=co+so", 0
    while path:
        page = client.get(path).json()
        met += [item["name"] for item in page["items"]]
        path, pages = page["next"], pages + 1
    assert met == [f"Cơ sở {number}" for number in range(23)]
    assert pages == 3


def test_a_row_added_meanwhile_moves_no_other(visit: Visit, cast: Cast, database: Database) -> None:
    client = visit(api=cast.officer)
    first = client.get(f"{PATH}?limit=1").json()
    with database.begin() as db:
        added = make.entity(db)
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [page["items"][0]["id"] for page in (first, second, third)] == [
        cast.entity.id,
        cast.other.id,
        added.id,
    ]
    assert third["next"] is None


def test_a_full_last_page_promises_no_further_one(visit: Visit, cast: Cast) -> None:
    page = visit(api=cast.officer).get(f"{PATH}?limit=2").json()
    assert (len(page["items"]), page["next"]) == (2, None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "after=-1", "after=99999999999999999999"]
)
def test_a_cut_that_makes_no_sense_is_refused(visit: Visit, cast: Cast, query: str) -> None:
    assert visit(api=cast.officer).get(f"{PATH}?{query}").status_code == 422
