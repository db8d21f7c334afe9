import csv
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest

from app.kit.db import Database
from app.partners.actions import add_partner
from app.partners.key_actions import issue_key, use_key
from app.partners.models import PartnerKey, PartnerUse
from app.partners.rules import Scope
from tests import make
from tests.conftest import Cast, Clock, Visit

SHOP = {"name": "Sàn Quà Quê", "kind": "platform", "hosts": ["Quaque.VN", "quaque.vn"]}
KEY = {"label": "máy chủ", "scopes": ["listings"], "per_day": 3, "days": 30}


@pytest.fixture
def token(visit: Visit, cast: Cast) -> dict[str, Any]:
    office = visit(api=cast.officer)
    partner = office.post("/api/v1/partners", json=SHOP)
    assert (partner.status_code, partner.json()["hosts"]) == (201, ["quaque.vn"])
    made = office.post(f"/api/v1/partners/{partner.json()['id']}/keys", json=KEY)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    return {**made.json(), "partner_id": partner.json()["id"]}


def test_a_token_is_shown_once_and_kept_as_a_hash(
    visit: Visit, cast: Cast, database: Database, token: dict[str, Any]
) -> None:
    shown = visit(api=cast.officer).get(f"/api/v1/partners/{token['partner_id']}/keys").json()
    assert [(one["ending"], "token" in one) for one in shown] == [(token["token"][-4:], False)]
    with database.begin(write=False) as db:
        kept = db.get_one(PartnerKey, token["id"])
        assert token["token"] not in str(vars(kept))


def test_the_quota_of_a_day_lasts_and_is_told_with_each_answer(
    visit: Visit, cast: Cast, clock: Clock, token: dict[str, Any]
) -> None:
    shop = visit().with_key(token["token"])
    answers = [shop.get("/api/v1/listings") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert '"day";r=2;' in answers[0].headers["ratelimit"]
    assert '"day";q=3;w=86400' in answers[3].headers["ratelimit-policy"]
    assert int(answers[3].headers["retry-after"]) == 14 * 3600
    assert answers[3].json()["code"] == "partners.quota_used"
    uses = visit(api=cast.officer).get(f"/api/v1/partners/{token['partner_id']}/uses").json()
    assert [(one["requests"], one["refused"]) for one in uses] == [(3, 1)]
    clock.now += timedelta(hours=14)
    assert shop.get("/api/v1/listings").status_code == 200


@pytest.mark.parametrize("act", ["revoke", "expire", "retire"])
def test_an_ended_key_opens_nothing(
    visit: Visit, cast: Cast, clock: Clock, token: dict[str, Any], act: str
) -> None:
    office, shop = visit(api=cast.officer), visit().with_key(token["token"])
    path = f"/api/v1/partners/{token['partner_id']}"
    if act == "expire":
        clock.now += timedelta(days=30)
    elif act == "retire":
        assert office.post(f"{path}/retire").status_code == 200
    else:
        assert office.post(f"{path}/keys/{token['id']}/revoke").status_code == 200
        assert office.post(f"{path}/keys/{token['id']}/revoke").status_code == 409
    answer = shop.get("/api/v1/listings")
    assert answer.status_code == 401
    assert answer.json()["code"] == f"partners.key_{'expired' if act == 'expire' else 'revoked'}"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_replaced_key_goes_on_for_its_overlap(
    visit: Visit, cast: Cast, clock: Clock, token: dict[str, Any]
) -> None:
    office = visit(api=cast.officer)
    path = f"/api/v1/partners/{token['partner_id']}/keys/{token['id']}/rotate"
    made = office.post(path, json={"overlap_days": 2}).json()
    assert (made["scopes"], made["per_day"]) == (["listings"], 3)
    old, new = visit().with_key(token["token"]), visit().with_key(made["token"])
    assert [one.get("/api/v1/listings").status_code for one in (old, new)] == [200, 200]
    clock.now += timedelta(days=2)
    assert [one.get("/api/v1/listings").status_code for one in (old, new)] == [401, 200]


def test_of_two_at_once_for_the_last_request_one_is_refused(racing_database: Database) -> None:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    with racing_database.begin() as db:
        shop = add_partner(db, **who, name="Đua", kind="shop", hosts=["dua.vn"])
        key, _ = issue_key(db, **who, partner_id=shop.id, label="a", scopes=[Scope.VERIFY])
    start = Barrier(4)

    def ask(_number: int) -> int | None:
        start.wait()
        with racing_database.begin() as db:
            return use_key(db, key_id=key.id, day=make.TODAY, per_day=3)

    with ThreadPoolExecutor(4) as threads:
        counts = sorted(threads.map(ask, range(4)), key=lambda one: one or 9)
    assert counts == [1, 2, 3, None]
    with racing_database.begin(write=False) as db:
        use = db.get_one(PartnerUse, (key.id, make.TODAY))
        assert (use.requests, use.refused) == (3, 1)


@pytest.mark.parametrize(
    "host", ["shop", "com.vn", "https://a.vn", "a.vn/b", "sàn.vn", "10.0.0.1", "a..vn", "-a.vn", ""]
)
def test_what_is_no_host_of_its_own_is_refused(visit: Visit, cast: Cast, host: str) -> None:
    office = visit(api=cast.officer)
    answer = office.post("/api/v1/partners", json=SHOP | {"hosts": [host]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "hosts"


def test_the_office_keeps_shops_and_shows_a_token_once(visit: Visit, cast: Cast) -> None:
    page = visit(page=cast.officer)
    form = {"name": "Chợ Quê", "kind": "shop", "hosts": "choque.vn\nm.choque.vn"}
    wrong = page.post("/office/partners/new", data=form | {"hosts": "chợ"})
    assert (wrong.status_code, "xn--" in wrong.text) == (422, True)
    made = page.post("/office/partners/new", data=form).headers["location"].partition("?")[0]
    assert page.post("/office/partners/new", data=form).status_code == 422
    assert page.post(f"{made}/keys/new", data={"label": "web"}).status_code == 422
    shown = page.post(f"{made}/keys/new", data={"label": "web", "verify": "on"})
    token = re.findall(r"<code>(ocopshop_[\w-]{43})</code>", shown.text)[0]
    assert visit().with_key(token).get("/api/v1/verify/TEST-ACTIVE").status_code == 200
    one = page.get(made).text
    assert token not in one
    assert f"…{token[-4:]}" in one
    rows = csv.reader(StringIO(page.get("/office/partners?file=csv").content.decode("utf-8-sig")))
    assert "choque.vn, m.choque.vn" in list(rows)[1]
