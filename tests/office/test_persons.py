"""What the law lets a person ask for: all that is kept of them, and that it be erased."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Integer, func, select

from app.audit.models import AuditEvent
from app.diary.entry_actions import record_entry
from app.diary.models import DiaryEntry
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.identity.actions import add_account
from app.identity.models import Account, ApiKey, Membership, SessionToken
from app.identity.queries import find_account
from app.identity.rules import Role
from app.kit.db import Database
from app.office.person_queries import names_account
from app.tables import metadata
from tests import make
from tests.conftest import Cast, Visit

PATH = "/office/accounts"


@pytest.fixture
def head(database: Database) -> make.Person:
    with database.begin() as db:
        return make.person(db, "Quản trị Hạnh", Role.ADMINISTRATOR)


@pytest.fixture
def entry(database: Database, cast: Cast) -> None:
    """An entry the owner wrote."""
    with database.begin() as db:
        lot = make.lot(db, of=make.product(db, of=cast.entity))
        facts: dict[str, Any] = {
            "performed_at": make.NOW,
            "values": {},
            "location_code": make.PLACE,
        }
        written = Written(id=uuid4(), kind=EntryKind.HARVEST, **facts)
        who: dict[str, Any] = {"actor": cast.owner.actor, "now": make.NOW}
        record_entry(db, **who, lot_id=lot.id, written=written)


@pytest.mark.usefixtures("entry")
def test_an_administrator_hands_out_all_that_is_kept_of_a_person(
    visit: Visit, cast: Cast, head: make.Person
) -> None:
    answer = visit(page=head).post(f"{PATH}/{cast.owner.account_id}/export")
    assert answer.headers["content-disposition"].endswith(f'-{cast.owner.account_id}.json"')
    told: dict[str, Any] = json.loads(answer.text)
    assert (told["account"]["name"], told["account"]["phone"]) == ("Chị Chủ", cast.owner.phone)
    assert told["entities"] == [{"id": cast.entity.id, "name": cast.entity.name, "role": "owner"}]
    assert told["records"]["diary_entry.recorder_id"] == 1
    assert told["records"]["session_token.account_id"] == len(told["devices"]) == 1
    assert told["records"]["api_key.account_id"] == len(told["api_keys"]) == 1
    assert "entry.record" in {one["action"] for one in told["acts"]}
    assert (
        told["acts_on_it"][-1] | {"actor_label": "Quản trị Hạnh", "action": "account.export"}
        == (told["acts_on_it"][-1])
    )
    for secret in (cast.owner.key, cast.owner.session, "argon2", "hash"):
        assert secret not in answer.text


@pytest.mark.usefixtures("entry")
def test_a_person_is_erased_once_the_account_is_closed_and_what_they_did_stands(
    visit: Visit, cast: Cast, head: make.Person, database: Database
) -> None:
    one, client = cast.owner.account_id, visit(page=head)
    path = f"{PATH}/{one}"
    assert client.post(f"{path}/erase").status_code == 409
    assert client.post(f"{path}/close").is_redirect
    assert client.post(f"{path}/erase").is_redirect
    page = client.get(f"{path}?lang=en").text
    assert "Person erased" in page
    assert f"<h1>#{one}</h1>" in page
    assert client.get(f"{PATH}?q=%23{one}").text.count(f'href="{path}"') == 1
    for act in ("erase", "open", "link", "edit", "roles"):
        form = {"name": "Lại", "phone": "0912000998", "officer": "on"}
        assert client.post(f"{path}/{act}", data=form).status_code in {409, 422}, act
    kept = json.loads(client.post(f"{path}/export").text)
    assert kept["records"].keys() == {"audit_event.actor_id", "diary_entry.recorder_id"}
    assert [kept[name] for name in ("roles", "entities", "devices", "api_keys", "links")] == [
        []
    ] * 5
    with database.begin() as db:
        assert find_account(db, phone=cast.owner.phone) is None
        assert db.get_one(Account, one).password_hash is None
        for table in (SessionToken, ApiKey, Membership):
            rows = select(func.count()).select_from(table).where(table.account_id == one)
            assert db.scalar(rows) == 0
        assert db.scalars(select(DiaryEntry.recorder_label)).one() == "Chị Chủ"
        acts = select(AuditEvent.action).where(AuditEvent.subject_kind == "account")
        told = db.scalars(acts.where(AuditEvent.subject_id == str(one)).order_by(AuditEvent.seq))
        assert [*told][-4:] == ["account.close", "account.leave", "account.erase", "account.export"]
        # The number is free for whoever has it next.
        again = add_account(db, actor=head.actor, now=make.NOW, phone=cast.owner.phone, name="Mới")
        assert again.id != one


@pytest.mark.on("sqlite")
def test_every_column_that_holds_an_account_is_counted() -> None:
    others = {
        *("entity_id", "product_id", "lot_id", "batch_id", "subject_id", "record_id"),
        *("inspection_id", "notice_id", "hold_id", "movement_id"),
    }
    numbers = {
        f"{table.name}.{column.name}": column.name in others
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Integer) and column.name.endswith(("_id", "_by"))
        if not column.foreign_keys and not names_account(column)
    }
    assert [name for name, known in numbers.items() if not known] == []
