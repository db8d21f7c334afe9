from typing import Any

import pytest
from fastapi import FastAPI

from app.entities.actions import change_entity
from app.kit.db import Database
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene, entry

pytestmark = pytest.mark.on("sqlite")


def test_the_page_says_whose_stamp_it_is_and_what_it_stands_for(scene: Scene, visit: Visit) -> None:
    page = visit().get(f"/t/{scene.active}", headers={"user-agent": PHONE}).text
    for told in (
        scene.product.name,
        "Hợp tác xã Tôm khô Rạch Gốc",
        "xã Đất Mũi, tỉnh Cà Mau",
        "Cơ sở sản xuất",
        "OCOP 4 sao",
        "512/QĐ-UBND",
        "Chỉ dẫn địa lý",
        scene.lot.number,
        "10/03/2026",
        "10/09/2026",
        "Đã tra cứu 1 lượt, lần đầu ngày 10/03/2026.",
        "TCCS 01:2024/RG",
        "2 mục trước đó",
        "sao chép hay không",
    ):
        assert told in page
    assert "hàng thật" not in page.lower()
    assert "-640.webp 640w" in page


def test_a_product_without_rights_says_so(scene: Scene, visit: Visit, database: Database) -> None:
    with database.begin() as db:
        bare = make.product(db, of=scene.cast.other)
    page = visit().get(f"/p/{bare.id}")
    assert page.status_code == 200
    assert "Chưa ghi nhận quyền sử dụng chỉ dẫn địa lý hay nhãn hiệu cho sản phẩm này" in page.text


def test_private_facts_of_the_producer_stay_private(
    scene: Scene, visit: Visit, database: Database
) -> None:
    private: dict[str, Any] = {
        "tax_no": "079123456789",
        "representative": "Nguyễn Thị Riêng",
        "phone": "0912345678",
        "address_as_written": "Khóm cũ",
    }

    def publish(*, phone: bool) -> None:
        with database.begin() as db:
            change_entity(
                db,
                actor=scene.cast.officer.actor,
                now=make.NOW,
                entity_id=scene.cast.entity.id,
                phone_public=phone,
                consent_by="Nguyễn Thị Riêng",
                **private,
            )

    paths = (f"/t/{scene.active}", f"/p/{scene.product.id}", f"/api/v1/verify/{scene.active}")
    publish(phone=False)
    for path in paths:
        text = visit().get(path).text
        assert not [value for value in private.values() if value in text]
    publish(phone=True)
    for path in paths:
        assert "0912345678" in visit().get(path).text
        assert "079123456789" not in visit().get(path).text
    people = [scene.cast.owner.actor.label, scene.cast.officer.actor.label]
    assert not [name for name in people if name in visit().get(paths[0]).text]


@pytest.mark.parametrize("markup", ["</script><b>x", '"><img src=x onerror=alert(1)>', "{{7*7}}"])
def test_markup_in_what_producers_write_is_shown_and_never_run(
    scene: Scene, visit: Visit, database: Database, markup: str
) -> None:
    with database.begin() as db:
        db.merge(scene.product).name = f"Mắm {markup}"
        entry(db, scene.cast, scene.lot, 9, note=markup)
    page = visit().get(f"/t/{scene.active}").text
    assert markup not in page or markup == "{{7*7}}"
    assert "Mắm" in page
    assert "49" not in page.partition("Mắm")[2][:12]


def test_no_cookie_is_ever_set_and_none_matters(scene: Scene, visit: Visit) -> None:
    signed_in = visit(page=scene.cast.officer)
    for path in (f"/t/{scene.active}", "/t/x", "/", f"/p/{scene.product.id}"):
        answer = signed_in.get(path)
        assert "set-cookie" not in answer.headers
        assert "cookie" not in answer.headers["vary"].lower()
        assert scene.cast.officer.actor.label not in answer.text


def test_the_page_is_closed_off_from_scripts_and_from_search(scene: Scene, visit: Visit) -> None:
    stamp = visit().get(f"/t/{scene.active}")
    policy = stamp.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert stamp.headers["referrer-policy"] == "same-origin"
    assert stamp.headers["cache-control"] == "private, no-cache"
    assert '<meta name="robots" content="noindex">' in stamp.text
    # A block of structured facts is no script: nothing runs it.
    assert stamp.text.count("<script") == stamp.text.count('<script type="application/ld+json">')
    assert " style=" not in stamp.text
    product = visit().get(f"/p/{scene.product.id}")
    assert "noindex" not in product.text
    assert f'<link rel="canonical" href="https://ocop.test/p/{scene.product.id}">' in product.text


def test_the_language_follows_the_link_then_the_browser_then_vietnamese(
    scene: Scene, visit: Visit
) -> None:
    reader, path = visit(), f"/t/{scene.active}"
    english = {"accept-language": "fr, en;q=0.8, vi;q=0.3"}
    assert reader.get(path).headers["content-language"] == "vi"
    assert reader.get(path, headers=english).headers["content-language"] == "en"
    chosen = reader.get(f"{path}?lang=vi", headers=english)
    assert chosen.headers["content-language"] == "vi"
    assert f'href="{path}?lang=en" hreflang="en"' in chosen.text
    assert f'href="/p/{scene.product.id}?lang=vi"' in chosen.text
    assert chosen.headers["vary"] == "Accept, Accept-Language"


def test_a_retired_product_says_so_and_an_unknown_one_is_404(
    scene: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        db.merge(scene.product).status = "retired"
    page = visit().get(f"/p/{scene.product.id}")
    assert "Sản phẩm này đã ngừng sản xuất." in page.text
    for raw in ("0", "999999", "x", "1" * 30, "%FF", "-1", "", "%EF%BC%91"):
        assert visit().get(f"/p/{raw}").status_code == 404


def test_the_sample_banner_stands_on_sample_installations_only(
    scene: Scene, visit: Visit, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "DỮ LIỆU MẪU" not in visit().get(f"/t/{scene.active}").text
    # The applications of a process share their pages.
    monkeypatch.setattr(app.state.pages, "sample", True)
    for path in (f"/t/{scene.active}", "/t/x", "/", f"/p/{scene.product.id}"):
        assert "DỮ LIỆU MẪU" in visit().get(path).text
