"""Decisions on use rights: what each is refused for, what it comes to, and what is kept of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.products.models import Product
from app.rights.deciding import Decision, DecisionKind, course
from app.rights.lines import lines
from app.rights.models import IpRight
from app.rights.queries import facts_for
from app.rights.use_models import UseRightDecision
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

PAPER = {"decision_no": "9/QĐ", "decided_on": "2026-03-09", "reason": "Theo quyết định"}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, form="processed")


@pytest.fixture
def right(database: Database) -> IpRight:
    with database.begin() as db:
        return make.right(db, type="certification_mark", expires_on=date(2030, 12, 31))


def granted(client: Client, right: IpRight, product: Product, **more: Any) -> Any:  # noqa: ANN401 - JSON
    body = {"right_id": right.id, "product_id": product.id, "valid_from": "2025-01-01"} | more
    return client.post("/api/v1/use-rights", json=body)


def code(answer: Any) -> str:  # noqa: ANN401 - an answer
    return str(answer.json().get("code", answer.status_code))


def test_a_use_right_that_can_not_be_is_refused_with_its_reason(
    visit: Visit, cast: Cast, database: Database, right: IpRight, product: Product
) -> None:
    client = visit(api=cast.officer)
    with database.begin() as db:
        gone = make.entity(db, status="dissolved", dissolved_on=date(2026, 1, 31))
        theirs = make.product(db, of=gone)
        over = make.right(db, ended_on=date(2026, 2, 1))
    first = granted(client, right, product, certificate_no="GCN-1", valid_to="2026-12-31")
    assert first.status_code == 201
    for wrong, more in (
        ("rights.beyond_the_right", {"valid_from": "2027-01-01", "valid_to": "2031-01-01"}),
        ("rights.ends_before_it_begins", {"valid_from": "2027-01-01", "valid_to": "2026-01-01"}),
        ("rights.another_form", {"valid_from": "2027-01-01", "form": "live"}),
        ("rights.use_rights_overlap", {"valid_from": "2026-12-31", "form": "processed"}),
        ("rights.use_rights_overlap", {"valid_from": "2020-01-01"}),
        ("rights.decided_later", {"valid_from": "2027-01-01", "decided_on": "2026-03-11"}),
    ):
        assert code(granted(client, right, product, **more)) == wrong, more
    told = granted(client, right, product, valid_from="2026-06-01").json()
    assert "GCN-1" in told["detail"]
    assert told["use_right_id"] == first.json()["id"]
    assert code(granted(client, right, theirs)) == "rights.user_dissolved"
    assert granted(client, right, theirs, valid_to="2026-01-30").status_code == 201
    assert code(granted(client, over, product, valid_to="2026-02-01")) == "rights.right_is_over"
    # The day after the last one it may be granted anew, and one that was is not prolonged into it.
    assert granted(client, right, product, valid_from="2027-01-01").status_code == 201
    path = f"/api/v1/use-rights/{first.json()['id']}"
    longer = client.patch(path, json={"valid_to": "2027-01-01"})
    assert code(longer) == "rights.use_rights_overlap"


def test_a_decision_that_makes_no_sense_is_refused(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/use-rights/{granted(client, right, product).json()['id']}/decisions"

    def sent(kind: str, on: str, **more: Any) -> str:  # noqa: ANN401 - what is sent
        answer = client.post(path, json=PAPER | {"kind": kind, "effective_on": on} | more)
        return code(answer)

    assert sent("resumed", "2026-03-10") == "rights.not_suspended"
    assert sent("suspended", "2026-03-10", reason="") == "rights.reason_needed"
    assert sent("revoked", "2026-03-10", decision_no="") == "rights.decision_needed"
    assert sent("revoked", "2026-03-10", decided_on="2026-03-11") == "rights.decided_later"
    assert sent("suspended", "2024-12-31") == "rights.outside_its_term"
    assert sent("suspended", "2026-03-12", until="2026-03-11") == "rights.until_before"
    assert sent("suspended", "2026-03-09") == "takes_effect_in_the_past"
    assert sent("suspended", "2026-03-10", until="2026-03-20") == "201"
    assert sent("suspended", "2026-03-15") == "rights.already_suspended"
    assert sent("suspended", "2026-03-21", seen="2020-01-01T00:00:00Z") == "record_changed"
    assert sent("ended", "2026-05-01", decision_no="", decided_on=None) == "201"
    assert sent("revoked", "2026-05-01") == "rights.use_right_over"
    # What is over later may be revoked earlier.
    assert sent("revoked", "2026-04-01") == "201"
    decisions = client.get(path).json()
    kinds = ["granted", "suspended", "ended", "revoked"]
    assert [one["kind"] for one in decisions] == kinds
    assert (
        code(client.post(f"{path}/{decisions[0]['id']}/annul", json=PAPER)) == "rights.grant_stays"
    )
    annulled = client.post(f"{path}/{decisions[3]['id']}/annul", json=PAPER).json()
    assert (annulled["ended_on"], annulled["revoked"]) == ("2026-05-01", False)
    again = client.post(f"{path}/{decisions[3]['id']}/annul", json=PAPER)
    assert code(again) == "rights.decision_annulled"


def test_a_revocation_of_a_past_day_holds_since_then_and_says_when_it_was_recorded(
    visit: Visit, cast: Cast, database: Database, right: IpRight, product: Product, clock: Clock
) -> None:
    client = visit(page=cast.officer)
    use = granted(visit(api=cast.officer), right, product).json()["id"]
    form = f"/office/use-rights/{use}/standing"
    given = PAPER | {"kind": "revoked", "effective_on": "2026-02-01"}
    asked = client.post(f"{form}?lang=en", data=given)
    assert (asked.status_code, "pages and badges said otherwise" in asked.text) == (422, True)
    assert 'name="past_is_meant"' in asked.text
    clock.now += timedelta(hours=2)
    assert client.post(form, data=given | {"past_is_meant": "on"}).status_code == 303
    with database.begin(write=False) as db:
        found = facts_for(db, entity_id=product.entity_id, product_id=product.id)
        made = {
            day: lines(*found, product.entity_id, product.id, make.TODAY, made_on=day)[0]
            for day in (date(2026, 1, 31), date(2026, 2, 1))
        }
        kept = db.scalars(select(UseRightDecision).order_by(UseRightDecision.id.desc())).first()
        event = db.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert [one.in_force_when_made for one in made.values()] == [True, False]
    assert kept is not None
    assert event is not None
    assert (kept.effective_on, kept.recorded_at) == (date(2026, 2, 1), clock.now)
    assert (event.action, event.at) == ("use_right.decide", clock.now)
    assert (event.after or {})["ended_on"] == "2026-02-01"


def test_a_last_day_in_the_past_is_meant_as_a_revocation_of_that_day_is(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    api, client = visit(api=cast.officer), visit(page=cast.officer)
    use = granted(api, right, product).json()["id"]
    path, form = f"/api/v1/use-rights/{use}", f"/office/use-rights/{use}/edit"
    assert code(api.patch(path, json={"valid_to": "2023-12-31"})) == "rights.ends_before_it_begins"
    assert code(api.patch(path, json={"valid_to": "2026-03-08"})) == ("takes_effect_in_the_past")
    # Until yesterday: no page of a day that is past said otherwise.
    assert api.patch(path, json={"valid_to": "2026-03-09"}).status_code == 200
    typed = {"valid_from": "2025-01-01", "valid_to": "2026-02-01", "listed": "true"}
    asked = client.post(f"{form}?lang=en", data=typed)
    assert (asked.status_code, 'name="past_is_meant"' in asked.text) == (422, True)
    assert api.get(path).json()["valid_to"] == "2026-03-09"
    assert client.post(form, data=typed | {"past_is_meant": "on"}).status_code == 303
    assert api.get(path).json()["valid_to"] == "2026-02-01"
    # What is over already is made to end later, or earlier than anybody was told, by the same act.
    meant = {"valid_to": "2026-01-01", "past_is_meant": True}
    assert api.patch(path, json=meant).json()["valid_to"] == "2026-01-01"


def test_of_two_who_change_a_use_right_the_later_is_told_what_the_other_wrote(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    use = granted(visit(api=cast.officer), right, product, certificate_no="A").json()
    form = f"/office/use-rights/{use['id']}/edit?lang=en"
    typed = {"valid_from": "2025-01-01", "listed": "true", "seen": use["updated_at"]}
    first = visit(page=cast.officer).post(form, data=typed | {"certificate_no": "B"})
    late = visit(page=cast.approver).post(form, data=typed | {"certificate_no": "C"})
    assert (first.status_code, late.status_code) == (303, 422)
    assert ('value="C"' in late.text, "Now it says: B" in late.text) == (True, True)
    turn = PAPER | {"kind": "revoked", "effective_on": "2026-03-10", "seen": use["updated_at"]}
    stale = visit(page=cast.approver).post(
        f"/office/use-rights/{use['id']}/standing?lang=en", data=turn
    )
    assert (stale.status_code, "Somebody has changed this record" in stale.text) == (422, True)


def test_an_amendment_is_kept_with_the_decision_it_was_made_by(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    client = visit(page=cast.officer)
    use = granted(visit(api=cast.officer), right, product).json()["id"]
    typed = {"valid_from": "2025-01-01", "valid_to": "2028-12-31", "listed": "false"}
    by = {"amending_no": "77/QĐ", "amended_on": "2026-03-02", "reason": "Gia hạn"}
    assert client.post(f"/office/use-rights/{use}/edit", data=typed | by).status_code == 303
    page = client.get(f"/office/use-rights/{use}?lang=en").text
    assert ("77/QĐ" in page, "Gia hạn" in page, "Amended" in page) == (True, True, True)
    changed = visit(api=cast.officer).get(f"/api/v1/use-rights/{use}").json()
    assert (changed["listed"], changed["valid_to"]) == (False, "2028-12-31")


def test_decisions_come_to_the_same_in_whatever_order_they_were_recorded() -> None:
    def on(number: int, kind: str, day: int, **more: Any) -> Decision:  # noqa: ANN401 - the fields
        facts: dict[str, Any] = {
            "id": number,
            "kind": DecisionKind(kind),
            "effective_on": date(2026, 1, day),
        }
        return Decision(**(facts | more))

    told = [
        on(1, "granted", 1),
        on(2, "suspended", 5, until=date(2026, 1, 7)),
        on(3, "suspended", 10),
        on(4, "resumed", 12),
        on(5, "revoked", 20),
        on(6, "suspended", 15),
        on(7, "annulled", 21, annuls_id=6),
    ]
    found = course(reversed(told))
    spans = [(pause.first.day, pause.after and pause.after.day) for pause in found.pauses]
    assert spans == [(5, 8), (10, 12)]
    assert found.over is not None
    assert found.over.id == 5
    assert course(told) == found
