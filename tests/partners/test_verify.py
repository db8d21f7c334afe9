from datetime import timedelta

from app.kit.db import Database
from app.products.models import OcopCertificate
from app.rights.models import UseRight
from app.scans.counter_actions import Counter
from tests import make
from tests.conftest import Clock, Visit
from tests.lookup.conftest import PHONE, Scene


def test_verify_tells_a_shop_what_the_page_tells_a_buyer(
    scene: Scene, visit: Visit, counter: Counter
) -> None:
    visit().get(f"/t/{scene.active}", headers={"user-agent": PHONE})
    counter.flush()
    told = visit().get(f"/api/v1/verify/{scene.active.lower()}").json()
    assert told["code"] == scene.active
    assert told["verdict"] == "active"
    assert told["product"]["id"] == scene.product.id
    assert told["product"]["stars"] == 4
    assert told["product"]["url"] == f"https://ocop.test/p/{scene.product.id}"
    assert told["entity"]["place"] == "xã Đất Mũi, tỉnh Cà Mau"
    assert told["lot"] == {
        "id": scene.lot.id,
        "diary": f"https://ocop.test/api/v1/verify/lots/{scene.lot.id}",
        "number": scene.lot.number,
        "production_date": "2026-03-10",
        "expiry_date": "2026-09-10",
    }
    assert [badge["type"] for badge in told["badges"]] == ["gi"]
    assert told["lookups"] == 1
    assert told["first_seen"] == "2026-03-10T03:00:00Z"


def test_an_unknown_code_is_told_in_the_same_shape(scene: Scene, visit: Visit) -> None:
    known = visit().get(f"/api/v1/verify/{scene.active}").json()
    answer = visit().get("/api/v1/verify/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert set(told) == set(known)
    assert (told["code"], told["verdict"], told["badges"]) == ("nothing", "unknown", [])
    assert told["product"] is told["entity"] is told["lot"] is None


def test_any_shop_may_read_and_keep_it_for_a_minute(scene: Scene, visit: Visit) -> None:
    path = f"/api/v1/verify/{scene.active}"
    answer = visit().get(path, headers={"origin": "https://shop.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=60" in answer.headers["cache-control"]
    assert "stale-while-revalidate=240" in answer.headers["cache-control"]
    again = visit().get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"


def test_verify_and_head_never_count(scene: Scene, visit: Visit, counter: Counter) -> None:
    agent = {"user-agent": PHONE}
    for _ in range(3):
        visit().get(f"/api/v1/verify/{scene.active}", headers=agent)
        visit().head(f"/api/v1/verify/{scene.active}", headers=agent)
        visit().head(f"/t/{scene.active}", headers=agent)
    assert counter.flush() == 0
    told = visit().get(f"/api/v1/verify/{scene.active}").json()
    assert (told["lookups"], told["first_seen"]) == (0, None)


def test_a_stamp_not_yet_active_has_product_and_producer_and_no_lot(
    scene: Scene, visit: Visit
) -> None:
    told = visit().get(f"/api/v1/verify/{scene.received}").json()
    assert told["product"]["name"] == scene.product.name
    assert told["entity"]["name"] == scene.cast.entity.name
    assert told["lot"] is None


def test_an_ended_right_or_certificate_drops_the_badge_and_not_the_verdict(
    scene: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        db.query(UseRight).filter_by(product_id=scene.product.id).update(
            {"ended_on": make.TODAY - timedelta(days=1)}
        )
        db.query(OcopCertificate).filter_by(product_id=scene.product.id).update(
            {"revoked_on": make.TODAY, "revocation_decision": "9/QĐ"}
        )
    told = visit().get(f"/api/v1/verify/{scene.active}").json()
    assert (told["badges"], told["product"]["stars"]) == ([], None)
    assert told["verdict"] == "active_first"
    page = visit().get(f"/t/{scene.active}").text
    assert "Hết hiệu lực: đã chấm dứt từ 09/03/2026" in page
    assert "★" not in page
    assert "Tem đã kích hoạt" in page


def test_the_day_turns_the_verdict_without_anyone_writing(
    scene: Scene, visit: Visit, clock: Clock
) -> None:
    clock.now = make.NOW + timedelta(days=200)
    assert visit().get(f"/api/v1/verify/{scene.active}").json()["verdict"] == "past_date"
