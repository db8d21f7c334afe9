import pytest
from sqlalchemy import select

from app.entities.models import Entity
from app.kit.db import Database
from app.kit.paging import Cut, take
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
    "query",
    ["sort=colour", "limit=0", "limit=201", "limit=x", "after=-1", "after=99999999999999999999"],
)
def test_a_cut_that_makes_no_sense_is_refused(visit: Visit, cast: Cast, query: str) -> None:
    assert visit(api=cast.officer).get(f"{PATH}?{query}").status_code == 422


@pytest.mark.parametrize("sort", ["name", "newest"])
def test_a_sorted_list_is_walked_there_and_back(
    visit: Visit, cast: Cast, database: Database, sort: str
) -> None:
    with database.begin() as db:
        made = [make.entity(db, name=f"Lò mắm {number % 5}") for number in range(23)]
        foreign = make.entity(db, name="Aaa")
    wanted = [one.id for one in sorted(made, key=lambda one: (one.folded, one.id))]
    wanted = wanted if sort == "name" else sorted(wanted, reverse=True)
    client, path = visit(api=cast.officer), f"{PATH}?limit=10&q=lo+mam&sort={sort}"
    met, last = [], []
    while path:
        last = [item["id"] for item in client.get(path).json()["items"]]
        met += last
        path = client.get(path).json()["next"]
    assert met == wanted
    back = client.get(f"{PATH}?limit=10&q=lo+mam&sort={sort}&back=1&after={last[0]}").json()
    assert [item["id"] for item in back["items"]] == wanted[10:20]
    assert [item["id"] for item in client.get(back["next"]).json()["items"]] == last
    stranger = visit(api=cast.outsider).get(f"{PATH}?sort={sort}&after={foreign.id}")
    nothing = (422, "paging.no_such_row") if sort == "name" else (200, None)
    assert (stranger.status_code, stranger.json().get("code")) == nothing


def test_pages_lead_forth_and_back(database: Database) -> None:
    with database.begin() as db:
        ids = [make.entity(db, name=f"Lò mắm {number}").id for number in range(5)]

    def page(after: int, *, back: bool = False) -> tuple[list[int], int | None, int | None]:
        with database.begin(write=False) as db:
            cut = Cut(after=after, limit=2, back=back)
            found = take(db, select(Entity).where(Entity.id.in_(ids)), Entity.id, cut)
        return [one.id for one in found.items], found.before, found.after

    assert page(0) == (ids[:2], None, ids[1])
    assert page(ids[1]) == (ids[2:4], ids[2], ids[3])
    assert page(ids[3]) == (ids[4:], ids[4], None)
    assert page(ids[4], back=True) == (ids[2:4], ids[2], ids[3])
    assert page(ids[2], back=True) == (ids[:2], None, ids[1])
    assert page(ids[0], back=True) == ([], None, None)
