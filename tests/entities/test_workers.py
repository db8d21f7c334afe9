import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.entities import worker_actions
from app.identity.models import Account, ApiKey
from app.identity.rules import Belonging, Role
from app.kit.db import Database
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

PATH = "/app/workers"
PASSWORD = {"password": "mùa nước nổi", "again": "mùa nước nổi"}
Add = Callable[..., str]


def enrolled(page: str) -> str:
    found = re.search(r"<code>https://ocop\.test(/enrol/\w+)</code>", page)
    assert found, page
    return found[1]


def add(client: Client, cast: Cast, name: str, phone: str) -> str:
    form = {"entity_id": str(cast.entity.id), "name": name, "phone": phone}
    answer = client.post(PATH, data=form)
    assert answer.status_code in {200, 303}, answer.text
    return answer.text


def account_of(database: Database, phone: str) -> Account:
    with database.begin(write=False) as db:
        return db.scalars(select(Account).where(Account.phone == phone)).one()


def test_an_owner_adds_a_worker_who_scans_the_link_from_the_screen(
    visit: Visit, cast: Cast, database: Database
) -> None:
    owner, public = visit(page=cast.owner), visit()
    shown = add(owner, cast, "Anh Tám", "0987 000 111")
    assert 'src="data:image/svg+xml;base64,' in shown
    link = enrolled(shown)
    assert public.post(link, data=PASSWORD).status_code == 303
    signed = public.post("/sign-in", data={"phone": "0987000111", **PASSWORD})
    assert signed.headers["location"] == "/app/today"
    assert public.get(f"/api/v1/entities/{cast.entity.id}").status_code == 200
    listed = owner.get(PATH).text
    assert "Anh Tám" in listed
    assert link not in listed
    # A worker sees none of it, and is told no more than any stranger.
    for client in (public, visit(page=cast.colleague), visit(page=cast.officer)):
        assert client.get(PATH).status_code == 403
        form = {"entity_id": str(cast.entity.id), "name": "B", "phone": "0987000222"}
        assert client.post(PATH, data=form).status_code == 403
    assert "/app/workers" in owner.get("/account").text
    assert "/app/workers" not in public.get("/account").text
    with database.begin(write=False) as db:
        query = select(AuditEvent.action, AuditEvent.entity_id).order_by(AuditEvent.seq.desc())
        acts = [tuple(row) for row in db.execute(query.limit(4))]
    assert ("account.join", cast.entity.id) in acts


def test_who_is_removed_loses_the_entity_at_once_on_every_device(
    visit: Visit, cast: Cast, database: Database
) -> None:
    owner, worker = visit(page=cast.owner), visit(page=cast.colleague)
    own = f"/api/v1/entities/{cast.entity.id}"
    assert worker.get(own).status_code == 200
    path = f"{PATH}/{cast.entity.id}/{cast.colleague.account_id}"
    assert owner.post(f"{path}/remove").status_code == 303
    assert worker.get(own).status_code == 401
    assert visit(api=cast.colleague).get(own).status_code == 401
    assert owner.post(f"{path}/remove").status_code == 404
    with database.begin(write=False) as db:
        keys = select(ApiKey.revoked_at).where(ApiKey.account_id == cast.colleague.account_id)
        assert None not in db.scalars(keys).all()
        assert db.get_one(Account, cast.colleague.account_id).active


def test_an_account_that_also_works_elsewhere_is_kept_and_stays_its_persons(
    visit: Visit, cast: Cast
) -> None:
    owner, outsider = visit(page=cast.owner), visit(page=cast.outsider)
    # The name has to be theirs: a number alone does not tell whose it is.
    form = {"entity_id": str(cast.entity.id), "phone": cast.outsider.phone}
    for name in ("Ai Đó", "Cán bộ Lan"):
        wrong = owner.post(PATH, data=form | {"name": name})
        assert (wrong.status_code, 'id="phone-wrong"' in wrong.text) == (422, True)
        assert "Người Ngoài" not in wrong.text
    joined = owner.post(PATH, data=form | {"name": "nguoi ngoai"})
    assert joined.status_code == 303
    assert outsider.get(f"/api/v1/entities/{cast.entity.id}").status_code == 200
    path = f"{PATH}/{cast.entity.id}/{cast.outsider.account_id}"
    refused = owner.post(f"{path}/link")
    assert (refused.status_code, "/enrol/" in refused.text) == (422, False)
    assert owner.post(f"{path}/remove").status_code == 303
    assert outsider.get(f"/api/v1/entities/{cast.entity.id}").status_code == 404
    assert outsider.get(f"/api/v1/entities/{cast.other.id}").status_code == 200


def test_officers_closed_accounts_and_people_of_ones_own_can_not_be_added(
    visit: Visit, cast: Cast, database: Database
) -> None:
    owner = visit(page=cast.owner)
    with database.begin() as db:
        closed = make.person(db, "Đã Nghỉ", entity=cast.other, belonging=Belonging.WORKER)
        db.get_one(Account, closed.account_id).active = False
    told = set()
    for person in (cast.officer, closed):
        form = {"entity_id": str(cast.entity.id), "phone": person.phone, "name": person.actor.label}
        answer = owner.post(PATH, data=form)
        assert answer.status_code == 422
        told.add(re.findall(r'id="phone-wrong">([^<]+)', answer.text)[0])
    assert len(told) == 1
    form = {"entity_id": str(cast.entity.id), "phone": cast.colleague.phone, "name": "Anh Thợ"}
    assert owner.post(PATH, data=form).status_code == 422


def test_owners_are_not_an_owners_to_remove_and_other_entities_are_nobodys_business(
    visit: Visit, cast: Cast, database: Database
) -> None:
    owner = visit(page=cast.owner)
    with database.begin() as db:
        second = make.person(db, "Chủ Hai", entity=cast.entity)
        theirs = make.person(db, "Thợ Lạ", entity=cast.other, belonging=Belonging.WORKER)
    for account_id in (cast.owner.account_id, second.account_id):
        assert owner.post(f"{PATH}/{cast.entity.id}/{account_id}/remove").status_code == 409
        link = owner.post(f"{PATH}/{cast.entity.id}/{account_id}/link")
        assert (link.status_code, "/enrol/" in link.text) == (422, False)
    for entity_id in (cast.other.id, 999999):
        for act in ("remove", "link"):
            foreign = owner.post(f"{PATH}/{entity_id}/{theirs.account_id}/{act}")
            assert foreign.status_code == 404
        form = {"entity_id": str(entity_id), "name": "A", "phone": "0987000333"}
        assert owner.post(PATH, data=form).status_code == 404
    # Somebody else's worker under one's own entity's number.
    assert owner.post(f"{PATH}/{cast.entity.id}/{theirs.account_id}/remove").status_code == 404
    assert "Thợ Lạ" not in owner.get(PATH).text


def test_a_lost_link_is_made_again_and_a_bad_form_keeps_what_was_typed(
    visit: Visit, cast: Cast, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    owner = visit(page=cast.owner)
    first = enrolled(add(owner, cast, "Chị Năm", "0987000444"))
    path = f"{PATH}/{cast.entity.id}/{account_of(database, '+84987000444').id}/link"
    second = enrolled(owner.post(path).text)
    assert (visit().get(first).status_code, visit().get(second).status_code) == (404, 200)
    wrong = owner.post(PATH, data={"entity_id": str(cast.entity.id), "name": "Ông Sáu"})
    assert (wrong.status_code, 'value="Ông Sáu"' in wrong.text) == (422, True)
    monkeypatch.setattr(worker_actions, "MOST_MEMBERS", 3)
    form = {"entity_id": str(cast.entity.id), "name": "Ông Sáu", "phone": "0987000555"}
    full = owner.post(PATH, data=form)
    assert (full.status_code, 'role="alert"' in full.text) == (422, True)


def test_who_is_owner_and_officer_too_is_no_back_door(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        both = make.person(db, "Hai Vai", Role.INSPECTOR, entity=cast.entity)
    worker = visit(page=both)
    assert worker.get(PATH).status_code == 200
    path = f"{PATH}/{cast.other.id}/{cast.outsider.account_id}/remove"
    assert worker.post(path).status_code == 403
