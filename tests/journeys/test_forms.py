"""Every form of the sample installation with one thing wrong: that is said, and nothing fails.

`OCOP_FUZZ` sends all of them as everybody on both databases; without it a few are sent as one
officer. `OCOP_SEED` chooses which.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.keyfile import load_keyring
from app.kit.clock import day_of
from app.kit.db import Base, Database
from app.kit.files import Files
from app.sample.load import load
from app.wiring import create_app
from tests.client import Client, client_for
from tests.conftest import migrated_settings
from tests.journeys import forms

pytestmark = pytest.mark.slow

ALL = bool(os.environ.get("OCOP_FUZZ"))
SEED = int(os.environ.get("OCOP_SEED") or 7)
# The administrator comes last: what the others need may be closed by then.
PEOPLE = ["worker", "learner", "outsider", "inspector", "approver", "officer", "owner", "manager"]
PEOPLE += ["administrator"]
STARTS = ["/office", "/app", "/account", "/inspections/app"]
# What tells of what was done, and is no record itself.
TOLD = {"audit_event", "public_event", "webhook_delivery", "idempotency"}
# Pages, and pages of a kind; forms, and ways of sending each; pages whose every form is pressed.
MOST = (10**6, 2, 10**6, 10**6, 10**6) if ALL else (40, 1, 24, 4, 4)


@dataclass
class Person:
    """Somebody signed in, who signs in again where an act ended the session."""

    client: Client
    ways_in: dict[str, str]
    sent: int = 0

    def get(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        return self._ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as above
        self.sent += 1
        return self._ask("POST", path, **more)

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as above
        answer = self.client.request(method, path, **more)
        if "/sign-in" not in answer.headers.get("location", ""):
            return answer
        assert self.client.post("/sign-in", data=self.ways_in).status_code == 303
        return self.client.request(method, path, **more)


@dataclass(frozen=True)
class Served:
    """The sample installation with its ways in."""

    client: Client
    database: Database
    ways_in: dict[str, dict[str, str]]
    today: date

    def rows(self) -> int:
        """Count the records of every kind: a second press adds none."""
        tables = [one for one in Base.metadata.sorted_tables if one.name not in TOLD]
        with self.database.begin(write=False) as db:
            return sum(db.scalar(select(func.count()).select_from(one)) or 0 for one in tables)


@pytest.fixture(scope="module")
def served(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Served]:
    if not ALL and dialect != "sqlite":
        pytest.skip("sends only where OCOP_FUZZ is set")
    settings = migrated_settings(
        dialect, tmp_path_factory.mktemp("forms"), f"ocop_forms_{worker_id}"
    )
    settings = replace(settings, second_factor_required=False)
    database, now = Database(settings.database_url), datetime.now(UTC)
    with database.begin() as db:
        told = load(
            db,
            files=Files(settings.files),
            keyring=load_keyring(settings),
            base_url=settings.base_url,
            now=now,
        )
    ways_in = {one["role"]: {k: one[k] for k in ("phone", "password")} for one in told["accounts"]}
    app = create_app(settings)
    with client_for(app) as client:
        yield Served(client, database, ways_in, day_of(now))
    app.state.site.close()
    database.close()


@pytest.mark.parametrize("who", PEOPLE if ALL else ["officer"])
def test_no_form_fails_or_acts_twice_whatever_is_sent(served: Served, who: str) -> None:
    person = Person(served.client, served.ways_in[who])
    assert served.client.post("/sign-in", data=person.ways_in).status_code == 303
    chance = Random(SEED)  # noqa: S311 - a sample, no secret
    pages, of_a_kind, most, ways, presses = MOST
    found = forms.crawl(person, STARTS, served.today, chance, of_a_kind=of_a_kind, pages=pages)
    faults: list[str] = []
    for form in chance.sample(found, min(most, len(found))):
        tried = list(forms.wrongs(form, served.today))
        tried = chance.sample(tried, min(ways, len(tried)))
        faults += forms.faults(person, form, tried, served.today)
    for page in list(dict.fromkeys(form.page for form in found))[:presses]:
        faults += forms.again(person, page, served.today, served.rows)
    print(f"OCOP_SEED={SEED}: {who} sent {person.sent} to {len(found)} forms")  # noqa: T201 - how to repeat it
    assert not faults
    assert person.sent > len(found)
