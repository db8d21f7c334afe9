from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.allotment_actions import make_draft, set_rows
from app.stamps.allotment_issue_actions import (
    Decision,
    Minutes,
    hand_over_allotment,
    issue_allotment,
)
from app.stamps.allotting import Wanted
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, PUBLIC, Stop

YEAR = make.TODAY.year
PAGES = {
    PUBLIC: {"stamps/holders.html": ["/holders", "/holders?q=zzz"]},
    OFFICE: {
        "stamps/allotments.html": ["/office/allotments", "/office/allotments?kind=single"],
        "stamps/allotment_draft.html": [
            "/office/allotments/{draft}",
            "/office/allotments/{empty_draft}",
        ],
        "stamps/allotment_add.html": [
            "/office/allotments/{draft}/add",
            "/office/allotments/{draft}/add?q=tom",
            "/office/allotments/{draft}/add?q=zzz",
        ],
        "stamps/allotment_one.html": [
            "/office/allotments/{issued_plan}",
            "/office/allotments/{handed_plan}",
        ],
        "stamps/allotment_minutes.html": [
            "/office/allotments/{handed_plan}/minutes",
            "/office/allotments/{issued_plan}/minutes",
        ],
    },
}
ACTS = (
    Stop("stamps/allotments.html", OFFICE, "/office/allotments", (("#year", "x"),), "#new button"),
    Stop(
        "stamps/allotment_draft.html",
        OFFICE,
        "/office/allotments/{draft}",
        (("input.quantity >> nth=0", "nhiều"),),
        "#rows button >> nth=0",
    ),
    Stop(
        "stamps/allotment_one.html",
        OFFICE,
        "/office/allotments/{issued_plan}",
        (("#number", "x"),),
        "#handover button",
    ),
)


def facts(db: Session, keyring: Keyring) -> dict[str, Any]:
    """Add plans in every state: a draft, an empty one, one issued, one handed over."""
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    made = [make_draft(db, year=YEAR, programme="Chương trình OCOP", **who) for _ in range(4)]
    products = [db.get_one(Product, 1).id]
    for plan in made[1:]:
        rows = [
            Wanted(place="1", product_id=product, quantity=30, note="Hũ 500 g")
            for product in products
        ]
        given: dict[str, Any] = {"allotment_id": plan.id, "version": 1, "largest": 100}
        set_rows(db, rows=rows, **given, **who)
    decision = Decision(decision_no="21/QĐ-SKHCN", decided_on=make.TODAY)
    for plan in made[2:]:
        given = {"allotment_id": plan.id, "version": 2, "largest": 100}
        issue_allotment(db, decision=decision, keyring=keyring, **given, **who)
    entity = db.get_one(Product, 1).entity_id
    minutes = {entity: Minutes("Chị Chủ", "BB-01")}
    hand_over_allotment(db, allotment_id=made[3].id, minutes=minutes, **who)
    names = ("empty_draft", "draft", "issued_plan", "handed_plan")
    return {name: plan.id for name, plan in zip(names, made, strict=True)}
