from datetime import timedelta
from typing import Any

import pytest

from app.kit.db import Database
from app.partners.models import PartnerKey
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
