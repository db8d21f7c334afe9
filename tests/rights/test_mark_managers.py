"""Who keeps the users of a right: these, and nothing of anybody else."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.entities.models import Entity
from app.identity.rules import Role
from app.kit.db import Database
from app.kit.fences import Scope
from app.products.models import Product
from app.rights.models import IpRight, UseRight
from app.rights.use_models import UseObjection, UseObservation, UseRightDecision
from tests import make
from tests.conftest import Cast, Visit

PAPER = {"decision_no": "9/QĐ", "decided_on": "2026-03-09", "reason": "Theo quyết định"}


@pytest.fixture
def keeper(database: Database) -> make.Person:
    with database.begin() as db:
        return make.person(db, "Hội Cua Cà Mau", Role.MARK_MANAGER)


@pytest.fixture
def rights(database: Database, cast: Cast, visit: Visit, keeper: make.Person) -> list[IpRight]:
    """A right that is kept by the manager, and one that is not."""
    with database.begin() as db:
        made = [make.right(db, sign=sign) for sign in ("Cua Cà Mau", "Mật ong U Minh")]
    path, who = f"/api/v1/rights/{made[0].id}/managers", {"account_id": keeper.account_id}
    assert visit(api=cast.officer).post(path, json=who).status_code == 201
    again = visit(api=cast.officer).post(path, json=who)
    assert again.json()["code"] == "rights.manager_there"
    other = visit(api=cast.officer).post(path, json={"account_id": cast.owner.account_id})
    assert other.json()["code"] == "rights.not_a_mark_manager"
    return made


@pytest.fixture
def products(database: Database, cast: Cast) -> list[Product]:
    with database.begin() as db:
        names = ((cast.entity, "Cua gạch son"), (cast.other, "Cua thịt"))
        return [make.product(db, of=one, name=name) for one, name in names]


def test_a_mark_manager_keeps_the_users_of_the_own_right_only(
    visit: Visit, cast: Cast, keeper: make.Person, rights: list[IpRight], products: list[Product]
) -> None:
    own, other = rights
    page = visit(page=keeper)
    assert page.get("/office").headers["location"] == "/office/managed"
    home = page.get("/office/managed?lang=en").text
    assert ("Cua Cà Mau" in home, "Mật ong U Minh" in home) == (True, False)
    # Any product of the public register is chosen by its name; its entity's record stays closed.
    found = page.get("/office/use-rights/new", params={"sought": "cua gach", "right": own.id}).text
    assert f'value="{products[0].id}"' in found
    assert f'value="{products[1].id}"' not in found
    assert f'value="{other.id}"' not in found.partition("product_id")[0]
    typed: dict[str, Any] = {"product_id": products[0].id, "valid_from": "2026-01-01"}
    typed |= {"right_id": own.id, "certificate_no": "GCN-H1"}
    made = page.post("/office/use-rights/new", data=typed)
    assert made.status_code == 303, made.text
    one = page.get(made.headers["location"].partition("?")[0] + "?lang=en").text
    assert (cast.entity.name in one, "badge shown" in one) == (True, True)
    assert (
        page.post("/office/use-rights/new", data=typed | {"right_id": other.id}).status_code == 404
    )
    for path in (f"/office/entities/{cast.entity.id}", f"/office/products/{products[0].id}"):
        assert page.get(path).status_code in {403, 404}
    assert page.get(f"/office/use-rights?product={products[0].id}").status_code in {200, 404}
    listed = page.get("/office/use-rights?q=rach+goc&file=json").json()
    assert [row["certificate_no"] for row in listed] == ["GCN-H1"]


def test_what_is_not_the_own_rights_is_not_there(
    visit: Visit,
    cast: Cast,
    database: Database,
    keeper: make.Person,
    rights: list[IpRight],
    products: list[Product],
) -> None:
    own, other = rights
    with database.begin() as db:
        mine = make.use_right(db, of=own, product=products[0])
        theirs = make.use_right(db, of=other, product=products[1])
    api = visit(api=keeper)
    seen = api.get("/api/v1/use-rights").json()["items"]
    assert [one["id"] for one in seen] == [mine.id]
    decision = PAPER | {"kind": "revoked", "effective_on": "2026-03-10"}
    for method, part, body in (
        ("GET", "", None),
        ("PATCH", "", {"certificate_no": "X"}),
        ("POST", "/decisions", decision),
        ("GET", "/objections", None),
    ):
        path = f"/api/v1/use-rights/{theirs.id}{part}"
        assert api.request(method, path, json=body).status_code == 404, path
    revoked = api.post(f"/api/v1/use-rights/{mine.id}/decisions", json=decision)
    assert (revoked.json()["status"], revoked.json()["revoked"]) == ("ended", True)
    seen_on = {"entity_id": cast.other.id, "seen_on": "2026-03-01", "in_use": True}
    assert api.post(f"/api/v1/rights/{own.id}/observations", json=seen_on).status_code == 201
    assert api.post(f"/api/v1/rights/{other.id}/observations", json=seen_on).status_code == 403
    end = f"/api/v1/rights/{own.id}/managers/{keeper.account_id}/end"
    assert api.post(end).status_code == 403
    assert visit(api=cast.officer).post(end).status_code == 200
    assert api.get(f"/api/v1/use-rights/{mine.id}").status_code == 404
    assert api.get("/api/v1/use-rights").json()["items"] == []


def test_a_user_that_is_dissolved_uses_the_right_no_longer_until_that_is_taken_back(
    visit: Visit,
    cast: Cast,
    database: Database,
    keeper: make.Person,
    rights: list[IpRight],
    products: list[Product],
) -> None:
    with database.begin() as db:
        uses = [make.use_right(db, of=rights[0], product=one) for one in products]
    office, form = visit(page=cast.officer), f"/office/entities/{cast.entity.id}/dissolve"
    api = visit(api=keeper)

    def told() -> set[tuple[int, str, str | None]]:
        """Return how the use rights stand for their keeper, whose page counts the same."""
        found = api.get("/api/v1/use-rights").json()["items"]
        each = [api.get(f"/api/v1/use-rights/{one.id}").json()["status"] for one in uses]
        assert sorted(each) == sorted(one["status"] for one in found)
        counts = visit(page=keeper).get("/office/managed?lang=en").text.split('"number">')[1:3]
        assert [part.partition("<")[0] for part in counts] == ["2", f"{each.count('in_force')}"]
        return {(one["id"], one["status"], one["holder_dissolved_on"]) for one in found}

    stands = {(one.id, "in_force", None) for one in uses}
    past = {"dissolved_on": "2026-03-01"}
    asked = office.post(form, data=past)
    assert (asked.status_code, 'name="past_is_meant"' in asked.text) == (422, True)
    assert told() == stands
    assert office.post(form, data={"dissolved_on": "2026-03-11"}).status_code == 422
    assert office.post(form, data=past | {"past_is_meant": "on"}).status_code == 303
    gone = {(uses[0].id, "ended", "2026-03-01"), (uses[1].id, "in_force", None)}
    assert told() == gone
    page = visit(page=cast.officer).get(f"/office/use-rights/{uses[0].id}?lang=en").text
    assert "The entity was dissolved on 01/03/2026." in page
    assert office.post(f"/office/entities/{cast.entity.id}/revive").status_code == 303
    assert told() == stands


def test_the_department_objects_and_the_manager_answers(
    visit: Visit,
    cast: Cast,
    database: Database,
    keeper: make.Person,
    rights: list[IpRight],
    products: list[Product],
) -> None:
    with database.begin() as db:
        use = make.use_right(db, of=rights[0], product=products[0])
    path, office = f"/office/use-rights/{use.id}", visit(page=cast.officer)
    manager, owner = visit(page=keeper), visit(page=cast.owner)
    assert office.post(f"{path}/objections", data={"reason": ""}).status_code == 422
    raised = office.post(f"{path}/objections", data={"reason": "Sai vùng <nguyên liệu>"})
    assert raised.status_code == 303
    # A double tap raises it once; the page shown anew asks anew.
    twice = {"reason": "Hai lần", "once": "a1"}
    seen_on = {"seen_on": "2026-03-10", "in_use": "true", "once": "b2"}
    for part, form in (("objections", twice), ("observations", seen_on)):
        sent = [office.post(f"{path}/{part}", data=form) for _ in range(2)]
        assert {one.status_code for one in sent} == {303}
        assert sent[0].headers["location"] == sent[1].headers["location"]
    assert 'name="once" value="' in office.get(path).text
    with database.begin() as db:
        assert db.query(UseObservation).count() == 1
        db.delete(db.scalars(select(UseObjection).where(UseObjection.reason == "Hai lần")).one())
    with database.begin(write=False) as db:
        objection = db.scalars(select(UseObjection)).one()
    assert "Sai vùng &lt;nguyên liệu&gt;" in manager.get("/office/managed").text
    assert "Sai vùng" not in owner.get(path).text
    assert "1" in office.get("/office?lang=en").text.partition("/office/objections")[2][:60]
    answer = f"{path}/objections/{objection.id}/answer"
    assert office.post(answer, data={"answer": "?"}).status_code == 403
    assert manager.post(answer, data={"answer": "Đã sửa"}).status_code == 303
    assert manager.post(answer, data={"answer": "Lại"}).status_code == 422
    assert manager.post(f"{path}/objections", data={"reason": "?"}).status_code == 403
    close = f"{path}/objections/{objection.id}/close"
    assert office.post(close, data={"outcome": "settled"}).status_code == 303
    assert office.post(close, data={"outcome": "upheld"}).status_code == 422
    assert "Đã sửa" in office.get(path).text
    assert "Sai vùng" not in manager.get("/office/objections").text


@pytest.mark.on("postgresql")
def test_the_database_itself_shows_a_manager_the_users_of_the_own_right_alone(
    dialect: str,
    database: Database,
    keeper: make.Person,
    rights: list[IpRight],
    products: list[Product],
) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has no row level security: the queries' scoping is the defence")
    with database.begin() as db:
        mine, theirs = (
            make.use_right(db, of=right, product=one)
            for right, one in zip(rights, products, strict=True)
        )
        for one in (mine, theirs):
            facts = {"recorded_at": make.NOW, "recorded_by": "x", "effective_on": make.TODAY}
            db.add(UseRightDecision(use_right_id=one.id, kind="granted", **facts))
    fenced = database.scoped(Scope(frozenset(), keeper.account_id))
    with fenced.begin() as db:
        assert list(db.scalars(select(UseRight.id))) == [mine.id]
        assert list(db.scalars(select(UseRightDecision.use_right_id))) == [mine.id]
        assert db.scalar(select(func.count()).select_from(Entity)) == 0
        assert db.scalar(select(func.count()).select_from(Product)) == 0
        changed = db.query(UseRight).filter_by(id=theirs.id).update({"form": "raw"})
        assert changed == 0
