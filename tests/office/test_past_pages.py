"""The past page as officers and inspectors read it: differences, acts, and what is not known."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.audit.actions import record
from app.diary.erasing_actions import erase_entry_content
from app.diary.models import DiaryEntry
from app.entities.consent_actions import give_consent, withdraw_consent
from app.entities.models import Entity
from app.identity.rules import Role
from app.kit.clock import VIETNAM
from app.kit.db import Base, Database
from app.lookup.lot_queries import list_standing
from app.lookup.queries import Ask, look_up
from app.lookup.shelf import Shelf
from app.office.past_rows_queries import rebuild
from app.office.past_trace_queries import lots_behind
from app.partners.shop_queries import shops_of
from app.products.actions import change_product
from app.products.certificate_end_actions import revoke_certificate
from app.products.models import OcopCertificate
from app.scans.actions import tidy
from app.scans.queries import NONE_WAIT
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.lookup.conftest import PHONE, Scene

# When the scene was made, a moment after.
AFTER = make.NOW + timedelta(minutes=5)
PHONE_NO = "+84912345678"
# What is added where a stamp is asked for, and what serves the look-up alone: how fresh its shelf
# is, and whether a visitor was here before.
OF_STAMPS = {"stamp_batch", "stamp_span", "key_epoch", "scan_total", "suspicion"}
NOT_TOLD = {"audit_event"}


def past(reader: Client, scene: Scene, at: datetime, **more: str) -> dict[str, Any]:
    """Return what the JSON tells of the scene's active stamp at an instant."""
    params = {"at": at.isoformat(), "lang": "en"} | more
    answer = reader.get(f"/api/v1/past/stamps/{scene.active}", params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def part(told: dict[str, Any], kind: str) -> dict[str, Any]:
    [found] = [one for one in told["parts"] if one["kind"] == kind]
    return dict(found)


def differing(part: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [(one["then"], one["today"]) for one in part["lines"] if one["then"] != one["today"]]


def test_each_difference_names_the_act_that_made_it(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock
) -> None:
    clock.now += timedelta(days=2)
    facts: Any = {"name": "Tôm khô loại một", "brand": "Rạch Gốc"}
    scene.change(
        lambda db: change_product(
            db, actor=cast.officer.actor, now=clock.now, product_id=scene.product.id, **facts
        )
    )
    told = past(visit(api=cast.inspector), scene, AFTER)
    assert told["changed"] is True
    product = part(told, "product")
    assert (scene.product.name, "Tôm khô loại một") in differing(product)
    [line] = [one for one in product["lines"] if one["today"] == "Tôm khô loại một"]
    [act] = product["acts"]
    assert line["acts"] == [act["seq"]]
    assert (act["who"], act["what"], act["effective_on"]) == ("Cán bộ Lan", "Product changed", None)
    assert {"field": "Name", "before": scene.product.name, "after": "Tôm khô loại một"} in act[
        "changes"
    ]
    assert part(told, "maker")["changed"] is False
    page = visit(page=cast.inspector).get(
        f"/office/past/stamps/{scene.active}?at={(AFTER).isoformat().replace('+', '%2B')}"
    )
    assert f"/office/audit?kind=product&amp;subject={scene.product.id}" in page.text
    assert past(visit(api=cast.officer), scene, clock.now)["changed"] is False


def test_what_was_dated_back_did_not_show_before_it_was_recorded(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock, database: Database
) -> None:
    with database.begin() as db:
        [certificate] = db.query(OcopCertificate).filter_by(product_id=scene.product.id)
    clock.now += timedelta(days=20)
    on: Any = {"product_id": scene.product.id, "certificate_id": certificate.id}
    by: Any = {"decision_no": "9/QĐ", "reason": "Giải thể", "revoked_on": date(2026, 3, 5)}
    by["past_is_meant"] = True
    scene.change(
        lambda db: revoke_certificate(db, actor=cast.officer.actor, now=clock.now, **on, **by)
    )
    officer = visit(api=cast.officer)
    told = past(officer, scene, AFTER)
    assert any("OCOP 4 stars" in (then or "") for then, _ in differing(part(told, "product")))
    [back] = told["dated_back"]
    assert (back["recorded_on"], back["effective_on"]) == ("2026-03-30", "2026-03-05")
    page = visit(page=cast.officer).get(
        f"/office/past/stamps/{scene.active}", params={"day": "2026-03-10", "lang": "en"}
    )
    assert "Recorded on 30/03/2026, in effect from 05/03/2026." in page.text
    assert past(officer, scene, make.NOW - timedelta(days=6))["dated_back"] == []


def test_what_was_not_issued_or_on_record_yet_was_unknown(
    scene: Scene, visit: Visit, cast: Cast
) -> None:
    officer, before = visit(api=cast.officer), make.NOW - timedelta(hours=1)
    told = past(officer, scene, before)
    assert (told["verdict"], told["verdict_today"]) == ("unknown", "active_first")
    acts = {one["what"] for one in part(told, "verdict")["acts"]}
    assert {"Batch issued", "Stamps activated"} <= acts
    params = {"at": before.isoformat()}
    product = officer.get(f"/api/v1/past/products/{scene.product.id}", params=params).json()
    assert product["there"] is False
    reader = visit(page=cast.officer)
    page = f"/office/past/products/{scene.product.id}"
    assert "Khi đó chưa có trang" in reader.get(page, params=params).text
    assert reader.get(f"{page}/page", params=params).status_code == 404
    assert officer.get("/api/v1/past/products/987654", params=params).status_code == 404
    strange = officer.get("/api/v1/past/stamps/KHONGCO", params=params).json()
    assert (strange["verdict"], strange["changed"]) == ("unknown", False)


def test_erased_and_withdrawn_personal_facts_are_told_of_and_never_shown(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock, database: Database
) -> None:
    with database.begin() as db:
        db.get_one(Entity, cast.entity.id).phone = PHONE_NO
        on: Any = {"entity_id": cast.entity.id, "subject": "phone", "given_by": "Chị Chủ"}
        consent = give_consent(db, actor=cast.owner.actor, now=make.NOW, **on)
    clock.now += timedelta(days=1)
    at = clock.now
    assert PHONE_NO in visit().get(f"/t/{scene.active}").text
    clock.now += timedelta(days=1)
    with database.begin() as db:
        on = {"entity_id": cast.entity.id, "consent_id": consent.id}
        withdraw_consent(db, actor=cast.owner.actor, now=clock.now, **on)
        entry = db.query(DiaryEntry).filter_by(lot_id=scene.lot.id, sequence=2).one()
        who: Any = {"actor": cast.officer.actor, "now": clock.now, "reason": "Theo luật"}
        erase_entry_content(db, lot_id=scene.lot.id, entry_id=entry.id, **who)
    by_json, by_page = visit(api=cast.officer), visit(page=cast.officer)
    for reader, path in ((by_json, "/api/v1/past"), (by_page, "/office/past")):
        params = {"at": at.isoformat(), "lang": "en"}
        text = reader.get(f"{path}/stamps/{scene.active}", params=params).text
        assert "912345678" not in text
        assert "Phone: public then; the consent was withdrawn on 12/03/2026" in text
        assert "The content of 1 diary entries was erased" in text


def test_an_old_act_that_tells_no_before_is_said_to_be_a_gap(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock
) -> None:
    clock.now += timedelta(days=3)
    on: Any = {"subject_id": scene.product.id, "entity_id": cast.entity.id}
    told: Any = {"action": "product.change", "after": {"name": "Tên khác"}}
    who: Any = {"by": cast.officer.actor, "now": clock.now}
    scene.change(lambda db: record(db, **on, **told, **who))
    limits = past(visit(api=cast.officer), scene, AFTER)["limits"]
    assert any("does not say what was before it: Name. Not recorded." in one for one in limits)


def test_look_ups_beyond_what_is_kept_are_told_as_the_most_they_can_be(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock, database: Database
) -> None:
    buyer, officer = visit(), visit(api=cast.officer)
    for _ in range(3):
        clock.now += timedelta(days=1)
        buyer.get(f"/t/{scene.active}", headers={"user-agent": PHONE})
    at = make.NOW + timedelta(days=2, hours=1)
    [line] = [
        one for one in part(past(officer, scene, at), "lot")["lines"] if "Looked up" in one["then"]
    ]
    assert line == {
        "then": "Look-ups: Looked up 2 times, first on 11/03/2026.",
        "today": "Look-ups: Looked up 3 times, first on 11/03/2026.",
        "acts": [],
    }
    clock.now += timedelta(days=100)
    with database.begin() as db:
        tidy(db, clock.now)
    assert any("The figure is the most" in one for one in past(officer, scene, at)["limits"])


@pytest.mark.on("sqlite")
def test_a_moment_is_a_past_one_and_a_day_alone_means_its_end(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock
) -> None:
    clock.now += timedelta(days=2)
    api, page = visit(api=cast.officer), visit(page=cast.officer)
    path = f"/past/stamps/{scene.active}"
    wrong = {
        "": "no_moment",
        "hôm qua": "no_moment",
        "2026-02-30": "no_moment",
        "0001-01-01": "too_long_ago",
        # Before the first instant there is, told in Vietnam's time.
        "0001-01-01T00:00:00+14:00": "too_long_ago",
        "1999-12-31T16:59:59Z": "too_long_ago",
        "9999-12-31T23:59:59-14:00": "not_yet_past",
        "2027-01-01": "not_yet_past",
        "9999-12-31": "not_yet_past",
    }
    for text, code in wrong.items():
        answer = api.get(f"/api/v1{path}", params={"at": text})
        assert (answer.status_code, answer.json()["code"]) == (422, f"office.{code}")
    told = api.get(f"/api/v1{path}", params={"at": "2026-03-10"}).json()
    end = datetime(2026, 3, 10, 23, 59, 59, 999999, tzinfo=VIETNAM)
    assert datetime.fromisoformat(told["at"]) == end
    shown = page.get(f"/office{path}", params={"day": "2026-03-10", "time": "10:05", "lang": "en"})
    assert "As of 10:05 10/03/2026" in shown.text
    assert "As of 23:59 11/03/2026" in page.get(f"/office{path}?lang=en").text
    refused = page.get(f"/office{path}", params={"day": "2029-01-01", "lang": "en"})
    assert refused.status_code == 422
    assert "That time has not come yet" in refused.text
    assert 'value="2029-01-01"' in refused.text
    about = {"about": f"https://ocop.test/t/{scene.active}", "day": "2026-03-10"}
    gone = page.get("/office/past", params=about)
    assert gone.headers["location"] == f"/office{path}?day=2026-03-10"
    gone = page.get("/office/past", params={"about": str(scene.product.id)})
    assert gone.headers["location"] == f"/office/past/products/{scene.product.id}"


@pytest.mark.on("sqlite")
def test_it_is_for_officers_and_inspectors_who_are_led_to_it(
    scene: Scene, visit: Visit, cast: Cast, clock: Clock, database: Database
) -> None:
    clock.now += timedelta(days=1)
    with database.begin() as db:
        reader = make.person(db, "Sở Công Thương", Role.READER)
    at = {"at": AFTER.isoformat()}
    for kind, key in (("stamps", scene.active), ("products", scene.product.id)):
        path = f"/api/v1/past/{kind}/{key}"
        assert visit().get(path, params=at).status_code == 401
        for other in (reader, cast.owner):
            assert visit(api=other).get(path, params=at).status_code == 403
    seen = visit(page=cast.inspector).get(f"/office/past/stamps/{scene.active}/page", params=at)
    assert "access-control-allow-origin" not in seen.headers
    assert seen.headers["cache-control"] == "private, no-store"
    assert 'class="sample"' in seen.text
    for page in (f"/office/products/{scene.product.id}", f"/inspect/{scene.active}"):
        assert "/office/past/" in visit(page=cast.inspector).get(page).text
        assert "/office/past" not in visit(page=reader).get(page).text


@pytest.mark.on("sqlite")
def test_every_table_a_public_page_reads_is_rebuilt(
    scene: Scene, database: Database, clock: Clock
) -> None:
    """A page that comes to read another table must have that told of the past too."""
    statements: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    shelf, waits = Shelf(shops_of), lambda *_: NONE_WAIT
    ask = Ask(scene.active, clock.now, b"x" * 16)
    with database.begin(write=False) as db:
        lots = lots_behind(db, scene.lot.id)
        about: Any = {"product_id": scene.product.id, "lots": lots, "subjects": {}}
        known = set(rebuild(db, at=clock.now, **about).records.rows) | OF_STAMPS
        event.listen(database.engine, "before_cursor_execute", listen)
        look_up(db, [ask], keyring=scene.keyring, waits=waits, shelf=shelf)
        list_standing(db, scene.product.id)
        event.remove(database.engine, "before_cursor_execute", listen)
    words = set(re.findall(r"\w+", " ".join(statements)))
    read = words & set(Base.metadata.tables)
    assert "stamp_span" in read
    assert read - known == NOT_TOLD
