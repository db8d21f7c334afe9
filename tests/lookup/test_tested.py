"""Tests that laboratories made, as the public reads them."""

from datetime import date, timedelta
from typing import Any

from app.oversight.quality_actions import lift_failure
from tests import make
from tests.conftest import Clock, Visit
from tests.lookup.conftest import Scene
from tests.make_quality import sample

PASSED = "Tested: passed on 01/03/2026 by Trung tâm Kiểm nghiệm mẫu"


def test_what_passed_is_shown_while_it_is_valid_and_never_beside_what_failed(
    scene: Scene, visit: Visit, clock: Clock
) -> None:
    shop = visit()

    def shown() -> tuple[bool, bool, int]:
        stamp = shop.get(f"/t/{scene.active}?lang=en").text
        page = shop.get(f"/p/{scene.product.id}?lang=en").text
        found = shop.get(f"/api/v1/verify/{scene.active}").json()["tests"]
        whole = shop.get(f"/api/v1/verify/products/{scene.product.id}").json()["tests"]
        assert (PASSED in page) is bool(whole)
        assert not found or [one for one in found if one["of"] == "product"] == whole
        return PASSED in stamp, PASSED in page, len(found)

    assert shown() == (False, False, 0)
    # Not public, or still waiting: nothing of it is told.
    scene.change(lambda db: sample(db, of=scene.lot, report_no="1", public=False))
    scene.change(lambda db: sample(db, of=scene.lot, report_no="2", histamine=""))
    assert shown() == (False, False, 0)
    until = make.TODAY + timedelta(days=1)
    scene.change(lambda db: sample(db, of=scene.lot, report_no="3", valid_until=until))
    assert shown() == (True, False, 1)
    scene.change(lambda db: sample(db, of=scene.product, report_no="4", valid_until=until))
    assert shown() == (True, True, 2)
    told = shop.get(f"/api/v1/verify/{scene.active}").json()["tests"][0]
    assert told == {
        "of": "product",
        "sampled_on": "2026-03-01",
        "laboratory": "Trung tâm Kiểm nghiệm mẫu",
        "report_no": "4",
        "valid_until": until.isoformat(),
        "criteria": ["Chloramphenicol", "Histamin"],
    }
    changed = "/api/v1/verify/products?updated_since=2026-03-11T03:00:00Z"
    clock.now += timedelta(days=1)
    assert shop.get(changed).json()["items"] == []
    clock.now += timedelta(days=1)
    assert shown() == (False, False, 0)
    # That the last day of a test is over is a change as well.
    assert [one["id"] for one in shop.get(changed).json()["items"]] == [scene.product.id]
    clock.now -= timedelta(days=2)
    assert shown() == (True, True, 2)

    later: dict[str, Any] = {"sampled_on": date(2026, 3, 2), "public": False}
    scene.change(lambda db: sample(db, of=scene.lot, antibiotic="0,4", **later))
    assert shown() == (False, True, 0)
    by: dict[str, Any] = {
        "actor": scene.cast.officer.actor,
        "now": make.NOW,
        "reason": "Đã tiêu hủy phần bị nhiễm",
    }
    scene.change(lambda db: lift_failure(db, test_id=5, **by))
    assert shown() == (False, True, 0)
    again: dict[str, Any] = {"sampled_on": date(2026, 3, 3), "report_no": "6"}
    scene.change(lambda db: sample(db, of=scene.lot, **again))
    assert shown()[2] == 3
