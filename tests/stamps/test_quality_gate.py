"""Failed tests keep stamps from being activated, until one passes or an officer lifts it."""

from datetime import date
from typing import Any

import pytest

from app.diary.items import Missing
from app.kit.i18n import Translator
from app.oversight.blocking_queries import lacking_of
from app.oversight.quality_actions import lift_failure, strike_sample
from app.products.models import Product
from app.stamps.gate_actions import LotIncomplete
from tests import make, make_trace
from tests.make_quality import sample
from tests.stamps.conftest import Scene

WHY = "Lấy mẫu lại tại kho, kết quả đạt"


def said(scene: Scene) -> list[Missing]:
    return [one.item for one in lacking_of(scene.db, [scene.lot], now=make.NOW)[scene.lot.id]]


def by_officer(scene: Scene) -> dict[str, Any]:
    return {"actor": scene.cast.officer.actor, "now": make.NOW, "reason": WHY}


def test_a_failed_test_of_the_lot_is_named_with_what_it_failed_in_and_what_to_do(
    scene: Scene,
) -> None:
    sample(scene.db, of=scene.lot, report_no="KN-00")
    failed = sample(scene.db, of=scene.lot, antibiotic="0,4", histamine="150")
    with pytest.raises(LotIncomplete) as caught:
        scene.activate(1, 2)
    assert caught.value.explain(Translator("en")) == (
        f"Mend this first: Quality test no. {failed.id} of 01/03/2026 was not passed: "
        "Chloramphenicol, Histamin."
    )
    [check] = caught.value.missing
    assert "tested again" in check.mend(Translator("en"))
    assert scene.runs()[0][2] == "received"


def test_only_a_later_test_of_the_same_that_passed_the_same_puts_an_end_to_it(
    scene: Scene,
) -> None:
    db, product = scene.db, scene.db.get_one(Product, scene.lot.product_id)
    other = make.complete_lot(db, of=product)
    sample(db, of=scene.lot, histamine="150", sampled_on=date(2026, 3, 3))
    # Earlier, of another lot, or still waiting for what had failed.
    sample(db, of=scene.lot, report_no="KN-02", sampled_on=date(2026, 3, 2))
    sample(db, of=other, report_no="KN-03", sampled_on=date(2026, 3, 5))
    sample(db, of=product, report_no="KN-04", sampled_on=date(2026, 3, 5))
    sample(db, of=scene.lot, report_no="KN-05", sampled_on=date(2026, 3, 5), histamine="")
    assert said(scene) == [Missing.FAILED_TEST]
    sample(db, of=scene.lot, report_no="KN-06", sampled_on=date(2026, 3, 3))
    assert said(scene) == []
    scene.activate(1, 2)


def test_a_failed_test_of_the_product_stands_against_each_lot_until_one_passes(
    scene: Scene,
) -> None:
    db, product = scene.db, scene.db.get_one(Product, scene.lot.product_id)
    second = make.complete_lot(db, of=product)
    sample(db, of=product, antibiotic="có")
    lacking = lacking_of(db, [scene.lot, second], now=make.NOW)
    assert [one.item for found in lacking.values() for one in found] == [Missing.FAILED_TEST] * 2
    # One lot's own test clears that lot alone; the product's clears them all.
    sample(db, of=scene.lot, report_no="KN-02", sampled_on=date(2026, 3, 2))
    lacking = lacking_of(db, [scene.lot, second], now=make.NOW)
    assert [len(lacking[lot.id]) for lot in (scene.lot, second)] == [0, 1]
    sample(db, of=product, report_no="KN-03", sampled_on=date(2026, 3, 2))
    assert not any(lacking_of(db, [scene.lot, second], now=make.NOW).values())


def test_what_failed_of_a_source_stands_against_what_was_made_of_it(scene: Scene) -> None:
    db = scene.db
    raw = make.lot(db, of=make.product(db, of=scene.cast.other), number="NL-7")
    middle = make.lot(db, of=make.product(db, of=scene.cast.other))
    make_trace.link(db, raw, middle)
    make_trace.link(db, middle, scene.lot)
    failed = sample(db, of=raw, antibiotic="1,2")
    [check] = lacking_of(db, [scene.lot], now=make.NOW)[scene.lot.id]
    assert check.item is Missing.SOURCE_FAILED_TEST
    assert "made of lot NL-7" in check.said(Translator("en"))
    strike_sample(db, test_id=failed.id, **by_officer(scene))
    assert said(scene) == []


def test_an_officer_lifts_it_with_a_reason(scene: Scene) -> None:
    failed = sample(scene.db, of=scene.lot, histamine="150")
    assert said(scene) == [Missing.FAILED_TEST]
    lift_failure(scene.db, test_id=failed.id, **by_officer(scene))
    assert said(scene) == []
    scene.activate(1, 2)
