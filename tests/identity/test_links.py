from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.identity.actions import grant_role, join_entity, make_link, set_password_by_link
from app.identity.closing_actions import OwnAccount, close_account, open_account
from app.identity.models import SessionToken
from app.identity.queries import LinkSpent, get_account
from app.identity.rules import Belonging, NotAllowed, Role, normalised_code, shown_phone
from app.kit.db import Database
from app.kit.errors import Conflict
from tests import make
from tests.conftest import Cast, Clock, Visit

NEW = {"password": "mùa nước nổi", "again": "mùa nước nổi"}
Link = Callable[[make.Person], str]


@pytest.fixture
def link(database: Database, clock: Clock) -> Link:
    def make_one(person: make.Person) -> str:
        with database.begin() as db:
            return make_link(db, actor=make.SYSTEM, now=clock.now, account_id=person.account_id)

    return make_one


def test_a_link_sets_the_password_and_signs_out_every_device(
    visit: Visit, cast: Cast, link: Link
) -> None:
    path = f"/enrol/{link(cast.owner)}"
    public, device = visit(), visit(page=cast.owner)
    assert shown_phone(cast.owner.phone) in public.get(path).text
    assert device.get("/account").status_code == 200
    assert public.post(path, data=NEW).headers["location"].startswith("/sign-in?said=")
    assert device.get("/account").status_code == 303
    form = {"phone": cast.owner.phone, "password": NEW["password"]}
    assert public.post("/sign-in", data=form).headers["location"] == "/app/today"


def test_a_link_works_once(visit: Visit, cast: Cast, link: Link) -> None:
    path = f"/enrol/{link(cast.owner)}"
    client = visit()
    assert client.post(path, data=NEW).status_code == 303
    assert client.post(path, data=NEW).status_code == 404
    assert client.get(path).status_code == 404


def test_of_two_who_use_a_link_at_once_one_comes_too_late(
    cast: Cast, link: Link, database: Database, clock: Clock
) -> None:
    token = link(cast.owner)
    with database.begin() as db:
        set_password_by_link(db, now=clock.now, token=token, password_hash="first")
        with pytest.raises(LinkSpent):
            set_password_by_link(db, now=clock.now, token=token, password_hash="second")
        assert get_account(db, cast.owner.account_id).password_hash == "first"


def test_a_link_works_for_seven_days(visit: Visit, cast: Cast, link: Link, clock: Clock) -> None:
    path = f"/enrol/{link(cast.owner)}"
    clock.now += timedelta(days=7, seconds=-1)
    assert visit().get(path).status_code == 200
    clock.now += timedelta(seconds=1)
    assert visit().get(path).status_code == 404
    assert visit().post(path, data=NEW).status_code == 404


def test_a_new_link_ends_the_earlier_one(visit: Visit, cast: Cast, link: Link) -> None:
    first, second = link(cast.owner), link(cast.owner)
    assert visit().get(f"/enrol/{first}").status_code == 404
    assert visit().get(f"/enrol/{second}").status_code == 200


def test_a_bad_password_leaves_the_link_unspent(visit: Visit, cast: Cast, link: Link) -> None:
    path, client = f"/enrol/{link(cast.owner)}", visit()
    for password, again in (("123456", "123456"), ("mùa nước nổi", "mùa nước ròng"), ("", "")):
        answer = client.post(path, data={"password": password, "again": again})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert f'value="{password}"' not in answer.text
    assert client.post(path, data=NEW).status_code == 303


def test_a_code_is_typed_as_it_was_printed(visit: Visit, cast: Cast, link: Link) -> None:
    token = link(cast.owner)
    typed = f" {token[:4].lower()}-{token[4:8]} {token[8:]}"
    assert normalised_code(typed) == token
    assert visit().get("/enrol", params={"code": typed}).headers["location"] == f"/enrol/{token}"
    assert visit().get("/enrol", params={"code": "--"}).status_code == 200


def test_a_link_needs_https_and_this_sites_own_form(visit: Visit, cast: Cast, link: Link) -> None:
    path = f"/enrol/{link(cast.owner)}"
    client = visit()
    evil = {"origin": "https://evil.test"}
    assert client.get(f"http://ocop.test{path}").status_code == 403
    assert client.post(f"http://ocop.test{path}", data=NEW).status_code == 403
    assert client.post(path, data=NEW, headers=evil).status_code == 403


def test_officers_answer_for_producers_and_administrators_for_roles(
    cast: Cast, database: Database, clock: Clock
) -> None:
    officer = cast.officer.actor
    with database.begin() as db:
        who: dict[str, Any] = {"actor": officer, "now": clock.now}
        assert make_link(db, account_id=cast.owner.account_id, **who)
        for refused in (
            lambda: make_link(db, account_id=cast.approver.account_id, **who),
            lambda: close_account(db, account_id=cast.approver.account_id, **who),
            lambda: grant_role(db, account_id=cast.owner.account_id, role=Role.APPROVER, **who),
            lambda: join_entity(
                db,
                account_id=cast.officer.account_id,
                entity_id=cast.entity.id,
                belonging=Belonging.OWNER,
                **who,
            ),
            lambda: make_link(
                db,
                account_id=cast.colleague.account_id,
                actor=cast.owner.actor,
                now=clock.now,
            ),
        ):
            with pytest.raises(NotAllowed):
                refused()
        assert make_link(db, actor=make.SYSTEM, now=clock.now, account_id=cast.approver.account_id)


def test_a_closed_account_is_shut_out_at_once_and_may_come_back(
    visit: Visit, cast: Cast, database: Database, clock: Clock, link: Link
) -> None:
    path = f"/enrol/{link(cast.owner)}"
    who: dict[str, Any] = {
        "actor": cast.officer.actor,
        "now": clock.now,
        "account_id": cast.owner.account_id,
    }
    with database.begin() as db:
        close_account(db, **who)
    assert visit(page=cast.owner).get("/account").status_code == 303
    assert visit(api=cast.owner).get("/api/v1/entities").status_code == 401
    assert visit().get(path).status_code == 404
    with database.begin() as db:
        with pytest.raises(Conflict):
            make_link(db, **who)
        open_account(db, **who)
    assert visit(api=cast.owner).get("/api/v1/entities").status_code == 200


def test_nobody_closes_their_own_account(database: Database, clock: Clock) -> None:
    with database.begin() as db:
        head = make.person(db, "Quản trị", Role.ADMINISTRATOR)
        with pytest.raises(OwnAccount):
            close_account(db, actor=head.actor, now=clock.now, account_id=head.account_id)


def test_a_reader_sees_and_ends_only_their_own_devices(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        hashes = {row.account_id: row.hash for row in db.scalars(select(SessionToken))}
    page = visit(page=cast.owner).get("/account").text
    assert hashes[cast.owner.account_id] not in page
    theirs = hashes[cast.outsider.account_id]
    visit(page=cast.owner).post(f"/account/devices/{theirs}/end")
    assert visit(page=cast.outsider).get("/account").status_code == 200
    visit(page=cast.outsider).post(f"/account/devices/{theirs}/end")
    assert visit(page=cast.outsider).get("/account").status_code == 303


def test_who_enrols_and_resets_is_on_the_audit_trail_without_phone_or_code(
    cast: Cast, database: Database, link: Link, clock: Clock
) -> None:
    token = link(cast.owner)
    with database.begin() as db:
        set_password_by_link(db, now=clock.now, token=token, password_hash="x")
    with database.begin(write=False) as db:
        events = db.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
        highest = db.scalar(select(func.max(AuditEvent.seq)))
    assert [event.action for event in events][-2:] == ["account.link", "account.set_password"]
    assert [event.seq for event in events][-1] == highest
    written = " ".join(str(vars(event)) for event in events)
    assert token not in written
    assert cast.owner.phone not in written


def test_a_number_is_shown_as_people_here_write_it() -> None:
    assert shown_phone("+84912345678") == "0912 345 678"
    assert shown_phone("+33612345678").startswith("+33 6")
