from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.identity.actions import make_api_key
from app.identity.models import ApiKey
from app.identity.rules import NotAllowed, Role
from app.kit.db import Database
from tests import make
from tests.conftest import Cast, Clock, Visit

ENTITIES = "/api/v1/entities"
NEW = {"name": "HTX Lạ", "kind": "household"}


@pytest.fixture
def change_key(database: Database) -> Callable[..., None]:
    """Set columns of a person's API key."""

    def change(person: make.Person, **columns: object) -> None:
        with database.begin() as db:
            key = db.query(ApiKey).filter(ApiKey.account_id == person.account_id).one()
            for name, value in columns.items():
                setattr(key, name, value)

    return change


def test_a_key_works_until_it_expires(
    visit: Visit, cast: Cast, clock: Clock, change_key: Callable[..., None]
) -> None:
    client = visit(api=cast.officer)
    change_key(cast.officer, expires_at=clock.now + timedelta(seconds=1))
    assert client.get(ENTITIES).status_code == 200
    clock.now += timedelta(seconds=1)
    assert client.get(ENTITIES).status_code == 401


def test_a_revoked_key_no_longer_works(
    visit: Visit, cast: Cast, clock: Clock, change_key: Callable[..., None]
) -> None:
    change_key(cast.officer, revoked_at=clock.now)
    assert visit(api=cast.officer).get(ENTITIES).status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer garbage", "Bearer", "Bearer ", "Basic b2NvcDpvY29w", "Bearer " + "a" * 5000]
)
def test_what_is_no_key_is_refused_as_the_standard_says(visit: Visit, header: str) -> None:
    answer = visit().get(ENTITIES, headers={"authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "unauthenticated"


def test_a_bad_key_is_not_saved_by_a_good_cookie(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    assert client.get(ENTITIES, headers={"authorization": "Bearer garbage"}).status_code == 401


def test_the_api_takes_a_session_and_checks_where_its_writes_come_from(
    visit: Visit, cast: Cast
) -> None:
    client = visit(page=cast.officer)
    assert client.get(ENTITIES).status_code == 200
    foreign = client.post(ENTITIES, json=NEW, headers={"origin": "https://evil.test"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "identity.foreign_origin")
    assert client.post(ENTITIES, json=NEW).status_code == 201


ORIGINS: dict[str, tuple[dict[str, str], int]] = {
    "no header, as from a program": ({}, 201),
    "its own origin": ({"origin": "https://ocop.test"}, 201),
    "its own page": ({"sec-fetch-site": "same-origin"}, 201),
    "the reader's own hand": ({"sec-fetch-site": "none"}, 201),
    "both": ({"origin": "https://ocop.test", "sec-fetch-site": "same-origin"}, 201),
    "another site": ({"origin": "https://evil.test"}, 403),
    "a subdomain": ({"origin": "https://a.ocop.test"}, 403),
    "a name that ends alike": ({"origin": "https://evil-ocop.test"}, 403),
    "a name that starts alike": ({"origin": "https://ocop.test.evil.test"}, 403),
    "another port": ({"origin": "https://ocop.test:8443"}, 403),
    "plain http": ({"origin": "http://ocop.test"}, 403),
    "a hidden origin": ({"origin": "null"}, 403),
    "an empty origin": ({"origin": ""}, 403),
    "a neighbour": ({"sec-fetch-site": "same-site"}, 403),
    "a stranger": ({"sec-fetch-site": "cross-site"}, 403),
    "a stranger who lies": ({"origin": "https://ocop.test", "sec-fetch-site": "cross-site"}, 403),
}


@pytest.mark.parametrize("case", ORIGINS)
def test_a_sessions_write_is_taken_only_from_this_site(visit: Visit, cast: Cast, case: str) -> None:
    headers, status = ORIGINS[case]
    answer = visit(page=cast.officer).post(ENTITIES, json=NEW, headers=headers)
    assert answer.status_code == status


def test_reading_and_keys_are_free_of_the_origin_check(visit: Visit, cast: Cast) -> None:
    evil = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    assert visit(page=cast.officer).get(ENTITIES, headers=evil).status_code == 200
    assert visit(page=cast.officer).head(ENTITIES, headers=evil).status_code == 200
    assert visit(api=cast.officer).post(ENTITIES, json=NEW, headers=evil).status_code == 201


def test_a_key_reads_what_its_account_may_read(visit: Visit, database: Database) -> None:
    with database.begin() as db:
        ours, theirs = make.entity(db), make.entity(db)
        reader = make.person(db, "Chi cục", Role.READER)
        owner = make.person(db, "Chủ", entity=ours)
    for person, seen in ((reader, {200}), (owner, {404})):
        assert {visit(api=person).get(f"{ENTITIES}/{theirs.id}").status_code} == seen
    assert visit(api=reader).post(ENTITIES, json=NEW).status_code == 403


def test_a_key_is_shown_once_and_ends(visit: Visit, cast: Cast, clock: Clock) -> None:
    form = {"label": "máy cân", "days": "30"}
    page = visit(page=cast.owner).post("/account/keys", data=form)
    assert page.status_code == 200
    key = page.text.split("<code>")[1].split("</code>")[0]
    client = visit().with_key(key)
    assert client.get(f"{ENTITIES}/{cast.entity.id}").status_code == 200
    # Shown that once: neither the page nor the database has it any more.
    assert key not in visit(page=cast.owner).get("/account").text
    clock.now += timedelta(days=30)
    assert client.get(ENTITIES).status_code == 401


def test_a_key_for_somebody_else_is_only_an_administrators_to_make(
    database: Database, cast: Cast, clock: Clock
) -> None:
    asked: dict[str, Any] = {"now": clock.now, "account_id": cast.approver.account_id, "label": "x"}
    with database.begin() as db:
        with pytest.raises(NotAllowed):
            make_api_key(db, actor=cast.officer.actor, **asked)
        assert make_api_key(db, actor=make.SYSTEM, **asked).startswith("ocop_")


def test_only_its_own_account_revokes_a_key(visit: Visit, cast: Cast, database: Database) -> None:
    with database.begin(write=False) as db:
        query = db.query(ApiKey.id).filter(ApiKey.account_id == cast.owner.account_id)
        path = f"/account/keys/{query.scalar()}/revoke"
    visit(page=cast.officer).post(path)
    assert visit(api=cast.owner).get(ENTITIES).status_code == 200
    visit(page=cast.owner).post(path)
    assert visit(api=cast.owner).get(ENTITIES).status_code == 401


def test_a_program_is_answered_in_the_language_it_asks_for(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    titles = {
        language: client.get("/api/v1/lots/9", headers={"accept-language": language}).json()[
            "title"
        ]
        for language in ("vi", "en")
    }
    assert titles["en"] != titles["vi"]
