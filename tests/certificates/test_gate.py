"""What is asked for before activation: by policy, told on the lot, and refused with its name."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.certificates.kinds import Kind
from app.certificates.policy_actions import set_certificate_policy
from app.certificates.refusals import PolicyOfThePast, PolicyThere
from app.diary.gate_queries import checks_for, missing_for
from app.diary.items import Missing
from app.identity.rules import Role
from app.kit.db import Database
from app.stamps.gate_actions import LotIncomplete
from app.wiring import words
from tests import make, make_certificates
from tests.conftest import Cast, Visit

WHO: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
NOTHING: frozenset[Kind] = frozenset()


def ask(db: Session, group: str, *kinds: Kind, either: frozenset[Kind] = NOTHING) -> None:
    set_certificate_policy(
        db,
        **WHO,
        group=group,
        all_of=kinds,
        any_of=either,
        in_force_from=make.TODAY,
        source="QĐ 1/QĐ-SNN",
    )


def test_nothing_is_asked_for_until_somebody_does_and_then_by_group_and_day(db: Session) -> None:
    product = make.product(db, of=make.entity(db), ocop_group="food")
    lot = make.complete_lot(db, of=product)
    assert not {Missing.CERTIFICATE} & {one.item for one in checks_for(db, lot, now=make.NOW)}
    ask(db, "food", Kind.FOOD_SAFETY)
    (lack,) = missing_for(db, lot, now=make.NOW)
    vi = words()["vi"]
    assert lack.said(vi).startswith("Sản phẩm chưa có giấy còn hiệu lực: Giấy chứng nhận cơ sở đủ")
    assert "đưa giấy cho Sở" in lack.mend(vi)
    assert missing_for(db, lot, now=make.NOW - timedelta(days=1)) == ()
    entity = make.entity(db)
    make_certificates.certificate(db, of=entity)
    assert missing_for(db, lot, now=make.NOW) != ()
    held = make_certificates.certificate(
        db, of=db.get_one(type(entity), product.entity_id), public=False
    )
    assert missing_for(db, lot, now=make.NOW) == ()
    done = [one for one in checks_for(db, lot, now=make.NOW) if one.item is Missing.CERTIFICATE]
    assert [one.done for one in done] == [True]
    held.revoked_on, held.revocation_reason = make.TODAY, "Vi phạm"
    db.flush()
    (lack,) = missing_for(db, lot, now=make.NOW)
    assert lack.item is Missing.CERTIFICATE_ENDED
    assert held.number in lack.said(vi)
    assert missing_for(db, lot, now=make.NOW - timedelta(days=1)) == ()
    ask(db, "food")
    assert missing_for(db, lot, now=make.NOW) == ()


def test_a_policy_is_of_no_past_day_and_changes_something(db: Session) -> None:
    ask(db, "", Kind.HACCP)
    with pytest.raises(PolicyThere):
        ask(db, "", Kind.HACCP)
    with pytest.raises(PolicyOfThePast):
        set_certificate_policy(
            db,
            **WHO,
            group="",
            all_of=[],
            any_of=[],
            in_force_from=make.TODAY - timedelta(days=1),
        )


def test_an_activation_is_refused_by_the_name_of_what_lacks(
    database: Database,
    visit: Visit,
    cast: Cast,
    app: Any,  # noqa: ANN401 - the application
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, ocop_group="food")
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring, handed=10)
        lot = make.complete_lot(db, of=product)
        ask(db, "food", either=frozenset({Kind.HACCP, Kind.ISO22000}))
        codes = [make.code(batch, number, keyring=app.state.keyring) for number in (1, 10)]
    owner = visit(api=cast.owner)
    wanted = {"first_code": codes[0], "last_code": codes[1], "lot_id": lot.id}
    refused = owner.post("/api/v1/spans/activate", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, LotIncomplete.code)
    assert "HACCP hoặc Giấy chứng nhận ISO 22000" in refused.json()["detail"]
    page = visit(page=cast.owner)
    shown = page.get(f"/app/lots/{lot.id}").text
    assert "HACCP" in shown
    assert 'href="/app/certificates"' in shown
    assert product.name in page.get("/app/certificates").text
    with database.begin() as db:
        make_certificates.certificate(db, of=cast.entity, kind="haccp")
    assert owner.post("/api/v1/spans/activate", json=wanted).status_code == 200


def test_a_preview_names_whom_it_touches_and_records_nothing(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        bare = make.product(db, of=cast.entity, ocop_group="herbs")
        other = make.product(db, of=make.entity(db), ocop_group="herbs")
        make_certificates.certificate(db, of=cast.entity, product=bare, kind="organic")
        administrator = make.person(db, "Quản trị", Role.ADMINISTRATOR)
    client, path = visit(page=administrator), "/office/certificate-policy"
    form = {"group": "herbs", "all_organic": "on", "in_force_from": str(make.TODAY)}
    shown = client.post(path, data=form | {"preview": "on"}).text
    assert other.name in shown
    assert bare.name not in shown
    assert "áp dụng hôm nay" not in client.get(path).text
    saved = client.post(path, data=form)
    assert saved.status_code == 303
    assert "áp dụng hôm nay" in client.get(path).text
    past = client.post(path, data=form | {"in_force_from": str(date(2026, 1, 1))})
    assert (past.status_code, "Ngày đã qua" in past.text) == (422, True)
