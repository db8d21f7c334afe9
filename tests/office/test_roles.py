"""The office's page of one account: name, phone, roles, entities, and who may change them."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.identity.closing_actions import close_account
from app.identity.models import AccountRole, Membership
from app.identity.queries import find_account, list_roles
from app.identity.role_actions import LastAdministrator, OwnRole, change_roles
from app.identity.rules import Role
from app.kit.db import Database
from tests import make
from tests.client import seen_in
from tests.conftest import Cast, Visit

PATH = "/office/accounts"


@pytest.fixture
def head(database: Database) -> make.Person:
    with database.begin() as db:
        return make.person(db, "Quản trị Hạnh", Role.ADMINISTRATOR)


def test_an_administrator_gives_and_takes_roles_that_count_at_once(
    visit: Visit, cast: Cast, head: make.Person, database: Database
) -> None:
    administrator, inspector = visit(page=head), visit(page=cast.inspector)
    path = f"{PATH}/{cast.inspector.account_id}"
    form = administrator.get(f"{path}/roles").text
    assert re.findall(r'id="(\w+)" name="\w+" type="checkbox" [^>]*checked', form) == ["inspector"]
    assert inspector.get(PATH).status_code == 403
    assert administrator.post(f"{path}/roles", data={"officer": "on"}).status_code == 303
    assert inspector.get(PATH).status_code == 200
    administrator.post(f"{path}/roles", data={})
    assert inspector.get("/office").headers["location"] == "/app/today"
    with database.begin(write=False) as db:
        query = select(AuditEvent.action, AuditEvent.before, AuditEvent.after)
        roles = query.where(AuditEvent.action.endswith("_role")).order_by(AuditEvent.seq)
        assert [tuple(row) for row in db.execute(roles)] == [
            ("account.grant_role", None, {"role": "officer"}),
            ("account.revoke_role", {"role": "inspector"}, None),
            ("account.revoke_role", {"role": "officer"}, None),
        ]


def test_only_administrators_open_the_roles(visit: Visit, cast: Cast) -> None:
    for person in (cast.officer, cast.approver, cast.inspector, cast.owner):
        client, path = visit(page=person), f"{PATH}/{cast.colleague.account_id}/roles"
        assert client.get(path).status_code == 403
        assert client.post(path, data={"administrator": "on"}).status_code == 403
    # Nor does an officer change who has a role, in any way.
    officer, path = visit(page=cast.officer), f"{PATH}/{cast.approver.account_id}"
    for act in ("edit", "memberships/new"):
        assert officer.get(f"{path}/{act}").status_code == 403
        form = {"name": "X", "phone": "0912000999", "entity_id": cast.entity.id}
        assert officer.post(f"{path}/{act}", data=form).status_code == 403


def test_nobody_gives_up_being_an_administrator_and_one_is_always_left(
    visit: Visit, head: make.Person, database: Database
) -> None:
    own = visit(page=head).post(f"{PATH}/{head.account_id}/roles", data={"officer": "on"})
    assert (own.status_code, 'role="alert"' in own.text) == (422, True)
    with database.begin() as db:
        gone: dict[str, Any] = {"now": make.NOW, "account_id": head.account_id}
        with pytest.raises(OwnRole):
            change_roles(db, actor=head.actor, roles=(), **gone)
        with pytest.raises(LastAdministrator):
            change_roles(db, actor=make.SYSTEM, roles=(), **gone)
        with pytest.raises(LastAdministrator):
            close_account(db, actor=make.SYSTEM, **gone)
        other = make.person(db, "Người hai", Role.ADMINISTRATOR)
        change_roles(db, actor=other.actor, roles=(Role.OFFICER,), **gone)
        assert list_roles(db, account_id=head.account_id) == ["officer"]


def test_of_two_administrators_who_remove_each_other_one_comes_too_late(
    racing_database: Database,
) -> None:
    with racing_database.begin() as db:
        # The database is every race's; only these two are to be left.
        for row in db.scalars(select(AccountRole)):
            db.delete(row)
        two = [make.person(db, name, Role.ADMINISTRATOR) for name in ("Một", "Hai")]
    start = Barrier(2)

    def remove(who: int) -> bool:
        start.wait(timeout=30)
        gone = two[1 - who].account_id
        try:
            with racing_database.begin() as db:
                change_roles(db, actor=two[who].actor, now=make.NOW, account_id=gone, roles=())
        except LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(remove, range(2))) == [False, True]
    with racing_database.begin(write=False) as db:
        assert len(db.scalars(select(AccountRole)).all()) == 1


def test_a_name_and_a_phone_number_are_changed_and_the_trail_keeps_its_end_only(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer, path = visit(page=cast.officer), f"{PATH}/{cast.owner.account_id}/edit"
    assert 'value="Chị Chủ"' in officer.get(path).text
    for phone, field in ((cast.outsider.phone, "phone"), ("12", "phone")):
        wrong = officer.post(path, data={"name": "Chị Chủ Mới", "phone": phone})
        assert (wrong.status_code, f'id="{field}-wrong"' in wrong.text) == (422, True)
        assert 'value="Chị Chủ Mới"' in wrong.text
    assert officer.post(path, data={"name": "Chị Chủ Mới", "phone": "0987 654 321"}).is_redirect
    assert "Chị Chủ Mới" in officer.get(f"{PATH}?q=chu+moi").text
    assert "Chị Chủ Mới" in officer.get(f"{PATH}?q=0987654").text
    with database.begin(write=False) as db:
        assert find_account(db, phone="+84987654321") is not None
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "account.change")).one()
        assert event.after == {"name": "Chị Chủ Mới", "phone": "•••321"}
        assert cast.owner.phone not in str(vars(event))


def test_the_later_of_two_who_change_an_account_or_its_roles_loses_nothing(
    visit: Visit, cast: Cast, head: make.Person, database: Database
) -> None:
    first, second = visit(page=cast.officer), visit(page=cast.approver)
    path = f"{PATH}/{cast.owner.account_id}/edit?lang=en"
    form = {"phone": cast.owner.phone, "seen": seen_in(first.get(path).text)}
    assert second.post(path, data=form | {"name": "Chị Một"}).is_redirect
    late = first.post(path, data=form | {"name": "Chị Hai"})
    assert (late.status_code, 'value="Chị Hai"' in late.text) == (422, True)
    assert "Now it says: Chị Một" in late.text
    again = form | {"name": "Chị Hai", "seen": seen_in(late.text)}
    assert first.post(path, data=again).is_redirect
    administrator, path = visit(page=head), f"{PATH}/{cast.inspector.account_id}/roles?lang=en"
    seen = {"seen": seen_in(administrator.get(path).text)}
    assert administrator.post(path, data=seen | {"officer": "on", "inspector": "on"}).is_redirect
    late = administrator.post(path, data=seen | {"approver": "on", "inspector": "on"})
    assert late.status_code == 422
    told = dict(re.findall(r'id="(\w+)-wrong">Now it says: (\w+)', late.text))
    assert told == {"officer": "Yes", "approver": "No"}
    again = {"seen": seen_in(late.text), "approver": "on"}
    assert administrator.post(path, data=again).is_redirect
    with database.begin(write=False) as db:
        assert list_roles(db, account_id=cast.inspector.account_id) == ["approver"]


def test_an_entity_is_looked_for_and_chosen_without_script(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer, path = visit(page=cast.officer), f"{PATH}/{cast.outsider.account_id}/memberships/new"
    found = officer.post(path, data={"entity": "rach goc", "find": "1", "belonging": "worker"})
    assert found.status_code == 200
    assert f'name="entity_id" value="{cast.entity.id}" checked' in found.text
    assert f'value="{cast.other.id}"' not in found.text
    nobody = officer.post(path, data={"entity": "không có đâu", "belonging": "worker"})
    assert (nobody.status_code, 'id="entity_id-wrong"' in nobody.text) == (422, True)
    form = {"entity_id": str(cast.entity.id), "belonging": "worker"}
    assert officer.post(path, data=form).is_redirect
    assert officer.post(path, data=form | {"entity_id": "999999"}).status_code == 404
    outsider = visit(page=cast.outsider)
    assert outsider.get(f"/api/v1/entities/{cast.entity.id}").status_code == 200
    end = f"{PATH}/{cast.outsider.account_id}/memberships/{cast.entity.id}/end"
    assert officer.post(end).is_redirect
    assert outsider.get(f"/api/v1/entities/{cast.entity.id}").status_code == 404
    assert officer.post(end).status_code == 404
    with database.begin(write=False) as db:
        query = select(Membership.entity_id).where(
            Membership.account_id == cast.outsider.account_id
        )
        assert db.scalars(query).all() == [cast.other.id]


def test_the_list_is_filtered_sorted_and_taken_as_a_file_without_numbers(
    visit: Visit, cast: Cast, head: make.Person
) -> None:
    officer = visit(page=cast.officer)

    def names(query: str) -> list[str]:
        rows = officer.get(f"{PATH}?{query}&file=json").json()
        return [row["name"] for row in rows]

    assert names("q=tho") == ["Anh Thợ"]
    assert names(f"q={cast.owner.phone[-6:]}") == ["Chị Chủ"]
    assert names("role=worker") == ["Anh Thợ"]
    assert names("role=administrator") == [head.actor.label]
    assert names("entity=mam+ut") == ["Người Ngoài"]
    assert names("state=no_factor&role=inspector") == ["Thanh tra Hải"]
    assert names("state=closed") == []
    everybody = names("")
    assert everybody[:2] == ["Anh Thợ", "Cán bộ Lan"]
    assert names("sort=newest")[0] == head.actor.label
    assert officer.get(f"{PATH}?sort=phone").status_code == 422
    kept = officer.get(f"{PATH}?file=csv").text
    assert cast.owner.phone[-6:] not in kept
    pages = officer.get(f"{PATH}?limit=2").text
    assert "Anh Thợ" in pages
    assert "Thanh tra" not in pages.split("<table>")[1].split("</table>")[0]
