"""Products without a GTIN: the resolver's behaviour at the addresses of their own pages."""

from fastapi import FastAPI

from app.lookup.linkset import LINKED
from app.stamps.keyring import Keyring
from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene
from tests.lookup.linkset_schema import check_linkset

BASE = "https://ocop.test"
JSON, PAGE = {"accept": "application/linkset+json"}, {"accept": "text/html"}


def test_a_stamps_and_a_products_page_tell_their_links(scene: Scene, visit: Visit) -> None:
    product, code = f"/p/{scene.product.id}", f"/t/{scene.active}"
    client = visit()
    found = check_linkset(client.get(code, headers=JSON).json())
    assert list(found) == [BASE + code, f"{BASE}/l/{scene.lot.id}", BASE + product]
    assert list(check_linkset(client.get(f"{product}?linkType=all").json())) == [BASE + product]
    assert client.get(f"{product}?linkType=linkset", headers=PAGE).text.count("<h2>") == 1
    for path in (product, code):
        plain = client.get(path)
        assert plain.status_code == 200
        assert plain.headers["link"] == LINKED["Link"]
        assert plain.headers["vary"] == "Accept, Accept-Language"
        assert plain.headers["access-control-allow-origin"] == "*"


def test_a_link_type_at_an_own_address_leads_on_but_never_in_a_circle(
    scene: Scene, visit: Visit
) -> None:
    product, code, client = f"/p/{scene.product.id}", f"/t/{scene.active}", visit()
    data = client.get(f"{code}?linkType=gs1:masterData&x=%7C")
    assert data.status_code == 307
    wanted = f"{BASE}/api/v1/verify/{scene.active}?linkType=gs1:masterData&x=%7C"
    assert data.headers["location"] == wanted
    diary = client.get(f"{code}?linkType=gs1:traceability")
    assert diary.headers["location"].startswith(f"{BASE}/l/{scene.lot.id}?")
    for path in (code, product):
        for link_type in ("gs1:pip", "gs1:defaultLink"):
            page = client.get(f"{path}?linkType={link_type}", headers={"user-agent": PHONE})
            assert page.status_code == 200
            assert page.text.startswith("<!doctype html>")
    assert client.get(f"{product}?linkType=gs1:certificationInfo").status_code == 300
    assert client.get(f"{code}?linkType=gs1:certificationInfo").status_code == 300
    assert client.get(f"{code}?linkType=gs1:nope").status_code == 404


def test_what_is_not_there_has_no_links(scene: Scene, visit: Visit) -> None:
    assert scene.codes
    for path in ("/t/x", "/t/" + "0" * 20, "/p/0", "/p/x", "/p/" + "9" * 30, "/t/%FF", "/p/%FF"):
        for asked in ({"params": {"linkType": "all"}}, {"headers": JSON}):
            answer = visit().get(path, **asked)
            assert answer.status_code == 404, path
            assert answer.json()["code"] == "lookup.not_registered"


def test_asking_for_links_counts_no_look_up(scene: Scene, visit: Visit) -> None:
    client = visit()
    for _ in range(3):
        client.get(f"/t/{scene.active}?linkType=all", headers={"user-agent": PHONE})
    page = client.get(f"/t/{scene.active}", headers={"user-agent": PHONE}).text
    assert "Đã tra cứu 1 lượt" in page


def test_without_its_key_a_stamp_is_neither_known_nor_unknown(
    gs1: Scene, visit: Visit, app: FastAPI
) -> None:
    app.state.keyring = Keyring({})
    for path in ("/01/09520001000010/21/", "/t/"):
        asked = visit().get(f"{path}{gs1.active}?linkType=all")
        assert asked.status_code == 503
        assert asked.json()["code"] == "unavailable"
        assert "retry-after" in asked.headers
        assert asked.headers["access-control-allow-origin"] == "*"
    assert visit().get(f"/01/09520001000010/21/{gs1.active}", headers=PAGE).status_code == 503
