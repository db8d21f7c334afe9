from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.diary.notice_actions import hold_lot, lift_recall, recall_lot
from app.kit.db import Database
from app.scans.actions import mark_suspicious
from app.scans.counter_actions import Counter
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.span_actions import activate_span, lose_span, void_span
from tests import make
from tests.conftest import Clock, Visit
from tests.lookup.conftest import PHONE, Scene, entry, heading, mistyped

Prepare = Callable[[Scene], str]


def active_first(scene: Scene) -> str:
    return scene.active


def recalled(scene: Scene) -> str:
    scene.change(
        lambda db: recall_lot(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            lot_id=scene.lot.id,
            reason="Dư lượng vượt mức",
            advice="Trả lại nơi mua",
        )
    )
    return scene.active


def on_hold(scene: Scene) -> str:
    scene.change(
        lambda db: hold_lot(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            lot_id=scene.lot.id,
            reason="Chờ kiểm nghiệm",
        )
    )
    return scene.active


def void(scene: Scene) -> str:
    scene.change(
        lambda db: void_span(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            keyring=scene.keyring,
            first_code=scene.active,
            last_code=scene.active,
            reason="Rách",
        )
    )
    return scene.active


def lost(scene: Scene) -> str:
    scene.change(
        lambda db: lose_span(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            keyring=scene.keyring,
            first_code=scene.received,
            last_code=scene.received,
            reason="Mất ở kho",
        )
    )
    return scene.received


def not_activated(scene: Scene) -> str:
    return scene.received


def never_handed_over(scene: Scene) -> str:
    return scene.issued


def lapsed(scene: Scene) -> str:
    def set_day(db: Session) -> None:
        batch = db.get_one(Batch, scene.batch.id)
        batch.lapses_on = make.TODAY

    scene.change(set_day)
    return scene.received


def past_date(scene: Scene) -> str:
    def activate(db: Session) -> None:
        lot = make.lot(
            db,
            of=scene.product,
            production_date=make.TODAY - timedelta(days=60),
            expiry_date=make.TODAY - timedelta(days=1),
        )
        entry(db, scene.cast, lot, 1)
        activate_span(
            db,
            actor=scene.cast.owner.actor,
            now=make.NOW,
            keyring=scene.keyring,
            first_code=scene.received,
            last_code=scene.received,
            lot_id=lot.id,
        )

    scene.change(activate)
    return scene.received


def suspicious(scene: Scene) -> str:
    line = scene.line(scene.active)
    scene.change(
        lambda db: mark_suspicious(
            db, actor=scene.cast.officer.actor, now=make.NOW, line=line, reason="Ba tỉnh"
        )
    )
    return scene.active


def unknown(scene: Scene) -> str:
    return mistyped(scene.active)


VERDICTS = [
    (unknown, 404, "unknown", "Không tìm thấy mã này", "This code is not known here"),
    (recalled, 200, "recalled", "Sản phẩm đang bị thu hồi", "Product recalled"),
    (on_hold, 200, "on_hold", "Tạm ngừng lưu thông", "Sale stopped"),
    (void, 200, "void", "Tem đã bị hủy", "This stamp is void"),
    (lost, 200, "lost", "Tem đã báo thất lạc", "This stamp was reported lost"),
    (not_activated, 200, "not_activated", "Tem chưa kích hoạt", "Not for sale yet"),
    (never_handed_over, 200, "not_activated", "Tem chưa kích hoạt", "Not for sale yet"),
    (lapsed, 200, "lapsed", "Tem đã quá hạn kích hoạt", "This stamp has lapsed"),
    (past_date, 200, "past_date", "Đã quá hạn sử dụng", "Past its shelf life"),
    (suspicious, 200, "suspicious", "bất thường", "Looked up unusually often"),
    (active_first, 200, "active_first", "chưa có ai khác tra cứu", "nobody else has looked"),
]


@pytest.mark.parametrize(("prepare", "status", "verdict", "vietnamese", "english"), VERDICTS)
def test_each_verdict_is_reached_and_told_in_both_languages(
    scene: Scene,
    visit: Visit,
    prepare: Prepare,
    status: int,
    verdict: str,
    vietnamese: str,
    english: str,
) -> None:
    code = prepare(scene)
    reader = visit()
    asked = reader.get(f"/api/v1/verify/{code}")
    assert (asked.status_code, asked.json()["verdict"]) == (status, verdict)
    page = reader.get(f"/t/{code}", headers={"user-agent": PHONE})
    assert page.status_code == status
    assert vietnamese in heading(page.text)
    assert page.headers["content-language"] == "vi"
    other = reader.get(f"/t/{code}?lang=en", headers={"user-agent": PHONE})
    assert english in heading(other.text)
    assert '<html lang="en">' in other.text
    assert page.text.count("<h1>") == 1
    assert page.text.partition("<main>")[2].lstrip().startswith('<div class="band')


def test_what_is_worse_is_told_first_and_the_rest_beside_it(scene: Scene, visit: Visit) -> None:
    told = []
    for step in (suspicious, void, on_hold, recalled):
        code = step(scene)
        told.append(visit().get(f"/api/v1/verify/{code}").json()["verdict"])
    assert told == ["suspicious", "void", "on_hold", "recalled"]
    page = visit().get(f"/t/{scene.active}").text
    assert "Sản phẩm đang bị thu hồi" in heading(page)
    assert "Dư lượng vượt mức" in page
    assert "Trả lại nơi mua" in page
    assert "Tem đã bị hủy" in page.partition("</h1>")[2]


def test_a_lifted_recall_is_gone_at_once(scene: Scene, visit: Visit) -> None:
    code = recalled(scene)
    scene.change(
        lambda db: lift_recall(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            lot_id=scene.lot.id,
            reason="Mẫu đối chứng đạt",
        )
    )
    assert visit().get(f"/api/v1/verify/{code}").json()["verdict"] == "active_first"


def test_without_the_database_the_page_says_it_could_not_check_and_recovers(
    scene: Scene, visit: Visit, app: FastAPI, clock: Clock
) -> None:
    held, counter = app.state.site, app.state.counter
    gone = Database("sqlite:////nowhere/at/all.sqlite")
    app.state.site, app.state.counter = replace(held, public=gone), Counter(gone, clock)
    for path in (f"/t/{scene.active}", f"/p/{scene.product.id}", f"/?code={scene.active}"):
        page = visit().get(path, headers={"user-agent": PHONE})
        assert page.status_code == 503
        assert int(page.headers["retry-after"]) > 0
        assert page.headers["cache-control"] == "no-store"
        if path.startswith("/p/"):
            assert "Chưa mở được trang này" in heading(page.text)
        else:
            assert "Chưa kiểm tra được mã này" in heading(page.text)
            assert "không có nghĩa là hàng giả" in page.text
    assert visit().get("/").status_code == 200
    app.state.site, app.state.counter = held, counter
    assert visit().get(f"/t/{scene.active}").status_code == 200


def test_a_code_of_an_epoch_whose_root_is_missing_could_not_be_checked(
    scene: Scene, visit: Visit, app: FastAPI
) -> None:
    kept = app.state.keyring
    app.state.keyring = Keyring({})
    assert visit().get(f"/t/{scene.active}").status_code == 503
    asked = visit().get(f"/api/v1/verify/{scene.active}")
    assert (asked.status_code, asked.json()["verdict"]) == (503, "unavailable")
    app.state.keyring = kept
    assert visit().get(f"/t/{scene.active}").status_code == 200


def test_a_code_made_under_another_batches_secret_is_unknown(
    scene: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        db.get_one(Batch, scene.batch.id).secret = b"another batch!!!"
    assert visit().get(f"/t/{scene.active}").status_code == 404
