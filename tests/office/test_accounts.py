import re
from base64 import b64decode

import pytest

from app.identity.rules import Role
from app.kit.db import Database
from app.kit.symbols import in_fours, qr_image
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

NEW = {"name": "Chị Út", "phone": "0912 345 678", "belonging": "owner"}
PATH = "/office/accounts"


@pytest.fixture
def head(database: Database) -> make.Person:
    with database.begin() as db:
        return make.person(db, "Quản trị", Role.ADMINISTRATOR)


def enrolled(page: str) -> str:
    """Return the path of the one-time link a page shows."""
    found = re.search(r"<code>https://ocop\.test(/enrol/\w+)</code>", page)
    assert found, page
    return found[1]


def test_an_officer_enrols_a_producer_by_a_link_shown_once(visit: Visit, cast: Cast) -> None:
    officer, public = visit(page=cast.officer), visit()
    form = NEW | {"entity_id": str(cast.entity.id)}
    shown = officer.post(f"{PATH}/new", data=form)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "private, no-store"
    link = enrolled(shown.text)
    assert in_fours(link.removeprefix("/enrol/")) in shown.text
    assert 'src="data:image/svg+xml;base64,' in shown.text
    assert link not in officer.get(PATH).text
    password = {"password": "mùa nước nổi", "again": "mùa nước nổi"}
    assert public.post(link, data=password).status_code == 303
    signed_in = public.post("/sign-in", data={"phone": NEW["phone"], **password})
    assert signed_in.headers["location"] == "/app/today"
    assert cast.entity.name in officer.get(PATH).text


def test_the_symbol_is_a_picture_of_the_link() -> None:
    address = qr_image("https://ocop.test/enrol/ABCD")
    svg = b64decode(address.removeprefix("data:image/svg+xml;base64,"))
    assert svg.startswith(b"<svg")
    # A white ground of its own, or a dark page would swallow it.
    assert b'fill="white"' in svg
    assert b"<path" in svg
    assert b"<script" not in svg


def test_only_an_administrator_gives_roles(visit: Visit, cast: Cast, head: make.Person) -> None:
    form = NEW | {"approver": "on"}
    officer = visit(page=cast.officer)
    assert 'name="approver"' not in officer.get(f"{PATH}/new").text
    refused = officer.post(f"{PATH}/new", data=form)
    assert refused.status_code == 403
    assert "Chị Út" not in officer.get(PATH).text
    administrator = visit(page=head)
    assert 'name="approver"' in administrator.get(f"{PATH}/new").text
    assert enrolled(administrator.post(f"{PATH}/new", data=form).text)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"name": ""}, "name"),
        ({"entity_id": "", "belonging": "owner"}, "entity_id"),
        ({"belonging": "friend"}, "belonging"),
    ],
)
def test_a_wrong_form_says_which_field_and_keeps_the_rest(
    visit: Visit, cast: Cast, change: dict[str, str], field: str
) -> None:
    form = NEW | {"entity_id": str(cast.entity.id)} | change
    page = visit(page=cast.officer).post(f"{PATH}/new", data=form)
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
    assert form["name"] in page.text


def test_a_phone_number_and_an_entity_that_is_not_there_are_refused(
    visit: Visit, cast: Cast
) -> None:
    officer = visit(page=cast.officer)
    taken = NEW | {"phone": cast.owner.phone, "entity_id": str(cast.entity.id)}
    assert officer.post(f"{PATH}/new", data=taken).status_code == 422
    nowhere = NEW | {"entity_id": "999999"}
    assert officer.post(f"{PATH}/new", data=nowhere).status_code == 404
    assert "Chị Út" not in officer.get(PATH).text


def test_a_lost_password_is_reset_by_a_new_link(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    path = f"{PATH}/{cast.owner.account_id}"
    first = enrolled(officer.post(f"{path}/link").text)
    second = enrolled(officer.post(f"{path}/link").text)
    assert (visit().get(first).status_code, visit().get(second).status_code) == (404, 200)


def test_an_account_is_closed_and_opened_again(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    path = f"{PATH}/{cast.owner.account_id}"
    closed = officer.post(f"{path}/close")
    assert f"{path}/open" in officer.get(closed.headers["location"]).text
    assert visit(api=cast.owner).get("/api/v1/entities").status_code == 401
    assert officer.post(f"{path}/link").status_code == 409
    officer.post(f"{path}/open")
    assert visit(api=cast.owner).get("/api/v1/entities").status_code == 200


def test_an_officer_can_not_take_over_a_colleague(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    path = f"{PATH}/{cast.approver.account_id}"
    assert f"{path}/link" not in officer.get(path).text
    for act in ("link", "close", "open"):
        assert officer.post(f"{path}/{act}").status_code == 403


def test_producers_and_readers_see_no_accounts(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        reader = make.person(db, "Chi cục", Role.READER)
    own = f"{PATH}/{cast.owner.account_id}"
    clients: list[Client] = [visit(page=one) for one in (cast.owner, cast.outsider, reader)]
    for client in clients:
        for path in (PATH, f"{PATH}/new", own):
            assert client.get(path).status_code == 403
        form = NEW | {"entity_id": str(cast.entity.id)}
        assert client.post(f"{PATH}/new", data=form).status_code == 403
        assert client.post(f"{own}/link").status_code == 403


def test_an_account_that_is_not_there_is_not_found(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    assert officer.get(f"{PATH}/999999").status_code == 404
    assert officer.post(f"{PATH}/999999/link").status_code == 404


def test_a_name_with_markup_is_only_text(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)
    form = NEW | {"entity_id": str(cast.entity.id), "name": "</script><b>Út"}
    page = officer.post(f"{PATH}/new", data=form).text
    for text in (page, officer.get(PATH).text):
        assert "&lt;/script&gt;&lt;b&gt;Út" in text
        assert "<b>Út" not in text
