"""An entity in full: its places and their codes, its people, consents, trainings, its end."""

from datetime import timedelta

import pytest

from app.entities.actions import add_entity
from app.entities.part_queries import published
from app.identity.rules import Role
from app.kit.db import Database
from tests import make
from tests.conftest import Cast, Clock, Visit

GLN = "9520123456788"
PATH = "/api/v1/entities/{}"


def test_facilities_and_their_codes_are_kept_and_retired(visit: Visit, cast: Cast) -> None:
    client, path = visit(api=cast.officer), f"{PATH.format(cast.entity.id)}/facilities"
    point = {"latitude": 8.6081, "longitude": 104.7189, "commune_code": make.DAT_MUI}
    pond = client.post(path, json={"name": "Vuông 1", "location_code": GLN} | point).json()
    for wrong, code in (
        ({"location_code": "9520123456789"}, "entities.bad_gln"),
        ({"latitude": 8.6}, "entities.half_a_point"),
        ({"commune_code": "99999"}, "places.unknown_commune"),
        ({"location_code": GLN}, "entities.location_code_taken"),
    ):
        refused = client.post(path, json={"name": "Vuông 2"} | wrong)
        assert refused.json()["code"] == code, refused.text
    theirs = f"{PATH.format(cast.other.id)}/facilities"
    assert client.post(theirs, json={"name": "Lò", "location_code": GLN}).status_code == 409
    codes = f"{path}/{pond['id']}/codes"
    area = {
        "scheme": "growing_area",
        "code": "VN-96-001",
        "issuer": "Cục",
        "valid_to": "2027-01-01",
    }
    made = client.post(codes, json=area).json()
    assert client.post(codes, json=area).json()["code"] == "entities.code_there"
    assert client.post(codes, json=area | {"valid_from": "2028-01-01"}).status_code == 422
    retired = client.post(f"{codes}/{made['id']}/retire").json()
    assert retired["retired_on"] == make.TODAY.isoformat()
    assert client.post(codes, json=area).status_code == 201
    assert client.post(f"{path}/{pond['id']}/retire").json()["retired_on"] is not None
    assert client.patch(f"{path}/{pond['id']}", json={"address": "x"}).status_code == 409
    assert client.post(theirs, json={"name": "Lò", "location_code": GLN}).status_code == 201
    assert client.post(f"{path}/{pond['id']}/restore").status_code == 409
    assert [one["name"] for one in visit(api=cast.owner).get(path).json()] == ["Vuông 1"]
    page = visit(page=cast.owner).get(f"/office/entities/{cast.entity.id}?lang=en").text
    assert "Vuông 1" in page
    assert "VN-96-001" in page


def test_a_persons_facts_are_public_only_while_a_consent_stands(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer, path = visit(api=cast.officer), PATH.format(cast.entity.id)
    given = {"phone": "0912345678", "representative": "Chị Kín", "tax_no": "079123456789"}
    assert officer.patch(path, json=given | {"phone_public": True}).json()["code"] == (
        "entities.consent_missing"
    )
    assert officer.patch(path, json=given).status_code == 200
    contact = officer.post(f"{path}/contacts", json={"name": "Út", "phone": "0988000111"}).json()
    with database.begin() as db:
        reader = make.person(db, "Cơ quan khác", Role.READER)
        product = make.product(db, of=cast.entity)
    seen = visit(api=reader)
    assert {seen.get(path).json()[name] for name in ("phone", "representative")} == {""}
    assert seen.get(path).json()["tax_no"] == "•••••••••789"
    assert [one["phone"] for one in seen.get(f"{path}/contacts").json()] == [None]
    assert seen.get(f"{path}/consents").status_code == 403
    office = visit(page=reader).get(f"/office/entities/{cast.entity.id}").text
    assert not [one for one in (*given.values(), "0988000111") if one in office]
    assert "079123456789" not in visit(page=reader).get("/office/entities").text

    owner, consents = visit(api=cast.owner), []
    for subject, more in (("phone", {}), ("contact", {"contact_id": contact["id"]})):
        body = {"subject": subject, "given_by": "Chị Chủ", "document": "Phiếu 1"} | more
        consents.append(owner.post(f"{path}/consents", json=body).json())
        assert owner.post(f"{path}/consents", json=body).json()["code"] == "entities.consent_there"
    for subject in ("address", "email"):
        nothing = owner.post(f"{path}/consents", json={"subject": subject, "given_by": "A"})
        assert nothing.json()["code"] == "entities.nothing_to_publish"
    public = f"/p/{product.id}"
    text = visit().get(public).text
    assert "0912345678" in text
    assert "0988000111" in text
    assert "Chị Kín" not in text
    assert seen.get(path).json()["phone"] == "0912345678"
    for consent in consents:
        assert owner.post(f"{path}/consents/{consent['id']}/withdraw").status_code == 200
    assert owner.post(f"{path}/consents/{consents[0]['id']}/withdraw").status_code == 409
    text = visit().get(public).text
    assert "0912345678" not in text
    assert "0988000111" not in text


def test_another_name_is_another_persons_contact(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client, path = visit(api=cast.officer), f"{PATH.format(cast.entity.id)}"
    assert client.post(f"{path}/contacts", json={"name": "Út"}).status_code == 422
    contact = client.post(f"{path}/contacts", json={"name": "Út", "phone": "0988000111"}).json()
    consent = {"subject": "contact", "contact_id": contact["id"], "given_by": "Út"}
    client.post(f"{path}/consents", json=consent)
    client.patch(f"{path}/contacts/{contact['id']}", json={"position": "Kế toán"})
    with database.begin(write=False) as db:
        assert published(db, cast.entity.id).contacts == {contact["id"]}
    client.patch(f"{path}/contacts/{contact['id']}", json={"name": "Ba"})
    with database.begin(write=False) as db:
        assert published(db, cast.entity.id).contacts == frozenset()


def test_one_training_is_recorded_for_many_entities_or_for_none(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    form = {"held_on": "2026-03-01", "trainer": "Cô Hoa", "topic": "Ghi nhật ký"}
    both = {f"entity_{one.id}": "on" for one in (cast.entity, cast.other)}
    wrong = client.post(
        "/office/trainings/new", data=form | both | {f"people_{cast.entity.id}": "3"}
    )
    assert wrong.status_code == 422
    assert f'id="people_{cast.other.id}-wrong"' in wrong.text
    people = {f"people_{cast.entity.id}": "3", f"people_{cast.other.id}": "12"}
    assert client.post("/office/trainings/new", data=form | people).status_code == 422
    late = client.post(
        "/office/trainings/new", data=form | both | people | {"held_on": "2026-04-01"}
    )
    assert 'id="held_on-wrong"' in late.text
    assert client.post("/office/trainings/new", data=form | both | people).status_code == 303
    assert client.post("/office/trainings/new", data=form | both | people).status_code == 422
    path = f"{PATH.format(cast.entity.id)}/trainings"
    made = visit(api=cast.owner).get(path).json()
    assert [(one["people"], one["struck_at"]) for one in made] == [(3, None)]
    assert client.get("/office/trainings?q=rach goc").text.count("Cô Hoa") == 1
    strike = f"/office/entities/{cast.entity.id}/trainings/{made[0]['id']}/strike"
    assert client.post(strike).status_code == 303
    assert client.post(strike).status_code == 409
    assert visit(api=cast.owner).get(path).json()[0]["struck_at"] is not None


def test_the_later_of_two_who_change_an_entity_loses_nothing(
    visit: Visit, cast: Cast, clock: Clock
) -> None:
    first, second = visit(page=cast.officer), visit(page=cast.approver)
    path = f"/office/entities/{cast.entity.id}/edit?lang=en"
    seen = first.get(path).text.partition('name="seen" value="')[2].partition('"')[0]
    form = {"name": cast.entity.name, "kind": "cooperative", "seen": seen, "address": "Ấp Mũi"}
    form |= {"commune_code": make.DAT_MUI}
    clock.now += timedelta(minutes=1)
    assert first.post(path, data=form | {"address": "Ấp Một"}).status_code == 303
    late = second.post(path, data=form | {"website": "https://a.test", "kind": "company"})
    assert late.status_code == 422
    assert "Somebody has changed this record" in late.text
    assert "Now it says: Ấp Một" in late.text
    assert "Now it says: Cooperative" in late.text
    assert 'value="https://a.test"' in late.text
    again = late.text.partition('name="seen" value="')[2].partition('"')[0]
    assert second.post(path, data=form | {"seen": again, "address": "Ấp Hai"}).status_code == 303
    api = visit(api=cast.officer)
    stale = api.patch(PATH.format(cast.entity.id), json={"address": "x", "seen": seen})
    assert (stale.status_code, stale.json()["code"]) == (409, "record_changed")


def test_the_history_tells_who_changed_what_in_the_readers_words(visit: Visit, cast: Cast) -> None:
    api, path = visit(api=cast.officer), PATH.format(cast.entity.id)
    api.patch(path, json={"kind": "company", "commune_code": "32191", "tax_no": "2001234567"})
    api.post(f"{path}/facilities", json={"name": "Vuông 9"})
    page = visit(page=cast.owner).get(f"/office/entities/{cast.entity.id}/history?lang=en").text
    for text in ("Entity changed", "Cán bộ Lan", "Cooperative</del>", "Company</ins>", "Năm Căn",
                 "2001234567</ins>", "Facility added", "Vuông 9"):  # fmt: skip
        assert text in page, text
    assert "Đổi" not in page
    history = f"/office/entities/{cast.entity.id}/history"
    assert visit(page=cast.colleague).get(history).status_code == 403
    assert visit(page=cast.outsider).get(history).status_code == 404
    assert "Sửa chủ thể" in visit(page=cast.officer).get(f"/office/entities/{cast.entity.id}").text


@pytest.mark.parametrize("query", ["kind=household", "province=96&status=active", "q=2001234567"])
def test_the_list_is_narrowed_by_what_an_officer_knows(
    visit: Visit, cast: Cast, database: Database, query: str
) -> None:
    with database.begin() as db:
        facts = {"kind": "household", "tax_no": "2001234567", "commune_code": "32047"}
        add_entity(db, actor=make.SYSTEM, now=make.NOW, name="Lò mắm Ba Khía", **facts)
        make.entity(db, name="Xưởng ở nơi khác", commune_code="00004", kind="company")
    page = visit(page=cast.officer).get(f"/office/entities?{query}").text
    assert "Lò mắm Ba Khía" in page
    assert "Xưởng ở nơi khác" not in page
