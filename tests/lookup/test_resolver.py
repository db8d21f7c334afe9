"""The clauses of the GS1-Conformant Resolver standard, held over HTTP; see docs/resolver.md."""

from datetime import timedelta
from typing import Any

import httpx
import jsonschema_rs
import pytest
from sqlalchemy.orm import Session

from app.diary.models import LotNotice
from app.diary.notice_actions import hold_lot, recall_lot
from app.products.link_models import LinkHost, ProductLink
from tests import make
from tests.conftest import Clock, Visit
from tests.lookup.conftest import GLN, GTIN, OTHER, PACK, POND, Scene
from tests.lookup.linkset_schema import DESCRIPTION, check_linkset

BASE = "https://ocop.test"
G = f"/01/{GTIN}"
JSON, PAGE = {"accept": "application/linkset+json"}, {"accept": "text/html"}
VOC = "https://ref.gs1.org/voc/"


def target(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("location", "").removeprefix(BASE)


def own_link(scene: Scene, **facts: Any) -> None:  # noqa: ANN401 - the columns of the record
    """Add a producer's own link under an allowed host."""
    given = {"url": "https://shop.example.vn/tom", "title": "Mua hàng", "rel": "hasRetailers"}

    def add(db: Session) -> None:
        who = {"allowed_at": make.NOW, "allowed_by": "Lan"}
        db.merge(LinkHost(host="shop.example.vn", **who))
        host = {"host": "shop.example.vn", "made_at": make.NOW}
        db.add(ProductLink(product_id=scene.product.id, **(given | host | facts)))

    scene.change(add)


def public_lot(scene: Scene, number: str) -> None:
    """Add a lot that the public reads of, because it was once held."""

    def add(db: Session) -> None:
        lot = make.lot(db, of=scene.product, number=number)
        told = {"kind": "hold", "reason": "Kiểm tra", "set_at": make.NOW, "set_by": "Lan"}
        db.add(LotNotice(lot_id=lot.id, lifted_at=make.NOW, **told))

    scene.change(add)


def test_a_plain_request_is_sent_on_to_the_default_link(gs1: Scene, visit: Visit) -> None:
    product, lot, code = f"/p/{gs1.product.id}", f"/l/{gs1.lot.id}", f"/t/{gs1.active}"
    entity = f"/e/{gs1.cast.entity.id}"
    for path, wanted in {
        G: product,
        f"{G}/": product,
        f"/01/{PACK}": product,
        f"{G}/22/2A": product,
        f"{G}/10/{gs1.lot.number}": lot,
        f"{G}/22/2A/10/{gs1.lot.number}/": lot,
        f"{G}/21/{gs1.active}": code,
        f"{G}/21/{gs1.active.lower()}/": code,
        f"{G}/10/{gs1.lot.number}/21/{gs1.received}": f"/t/{gs1.received}",
        f"/417/{GLN}": entity,
        f"/414/{GLN}": entity,
        f"/414/{POND}/254/kho-2": entity,
    }.items():
        answer = visit().get(path)
        assert target(answer) == (307, wanted), path
        assert answer.headers["vary"] == "Accept"
        # Whatever language is wanted, the default is the default.
        strange = visit().get(path, headers={"accept-language": "de", "accept": "image/png"})
        assert target(strange) == (307, wanted)


def test_the_query_is_passed_on_as_it_came(gs1: Scene, visit: Visit) -> None:
    for query in ("a=1", "a=%2F%7C&b=c+d%20e", "17=261231&x", "q='(a)!*;:@", "%FF%00", "lang=en"):
        answer = visit().get(f"{G}/21/{gs1.active}?{query}")
        assert target(answer) == (307, f"/t/{gs1.active}?{query}")
    own_link(gs1, url="https://shop.example.vn/tom?ma=5#mua")
    answer = visit().get(f"{G}?linkType=gs1:hasRetailers&x=%2B")
    wanted = "https://shop.example.vn/tom?ma=5&linkType=gs1:hasRetailers&x=%2B#mua"
    assert answer.headers["location"] == wanted


def test_a_serial_that_is_no_stamp_never_leads_to_an_approving_page(
    gs1: Scene, visit: Visit
) -> None:
    client = visit()
    unknown = f"/p/{gs1.product.id}/serial/"
    for serial in ("0" * 20, "SN-1%2F2", gs1.active[:-1]):
        for path in (f"{G}/21/{serial}", f"{G}/10/{gs1.lot.number}/21/{serial}"):
            assert target(client.get(path)) == (307, unknown + serial)
    assert target(client.get(f"{G}/235/TPX")) == (307, f"{unknown}TPX")
    page = client.get(f"{unknown}SN-1%2F2", headers=PAGE)
    assert page.status_code == 404
    assert "Không tìm thấy mã này" in page.text.partition("<h1>")[2].partition("</h1>")[0]
    assert 'class="band bad"' in page.text
    assert "SN-1/2" in page.text
    assert f'href="/p/{gs1.product.id}"' in page.text
    assert "★" not in page.text
    # Who comes to that page with a genuine code is not told a lie.
    assert target(client.get(unknown + gs1.active)) == (307, f"/t/{gs1.active}")
    assert client.get("/p/999999/serial/x").status_code == 404


def test_an_unknown_lot_or_serial_walks_up_within_one_request(gs1: Scene, visit: Visit) -> None:
    client = visit()
    product = f"/p/{gs1.product.id}"
    # A lot before its first stamp is the producer's own affair.
    gs1.change(lambda db: make.lot(db, of=gs1.product, number="SECRET"))
    for lot in ("NO-SUCH", "SECRET"):
        assert target(client.get(f"{G}/10/{lot}")) == (307, product)
    pip = client.get(f"{G}/10/NO-SUCH?linkType=gs1:pip")
    assert target(pip) == (307, f"{product}?linkType=gs1:pip")
    data = client.get(f"{G}/21/SN-1?linkType=gs1:masterData")
    assert target(data)[1].startswith(f"/api/v1/verify/products/{gs1.product.id}")
    found = check_linkset(client.get(f"{G}/10/NO-SUCH/21/SN-1", headers=JSON).json())
    assert list(found) == [f"{BASE}{G}/10/NO-SUCH/21/SN-1", BASE + G]


def test_a_serial_outranks_the_lot_beside_it(gs1: Scene, visit: Visit) -> None:
    public_lot(gs1, "OTHER")
    for lot in ("OTHER", "NO-SUCH"):
        path = f"{G}/10/{lot}/21/{gs1.active}"
        assert target(visit().get(path)) == (307, f"/t/{gs1.active}")
        found = check_linkset(visit().get(path, headers=JSON).json())
        assert list(found) == [BASE + path, BASE + G]
        diary = found[BASE + path][f"{VOC}traceability"]
        assert diary[0]["href"] == f"{BASE}/l/{gs1.lot.id}"


@pytest.mark.parametrize("by", ["accept", "linkset", "all"])
def test_a_linkset_tells_the_links_of_every_level(gs1: Scene, visit: Visit, by: str) -> None:
    path = f"{G}/22/2A/10/{gs1.lot.number}/21/{gs1.active}"
    asked = (path, JSON) if by == "accept" else (f"{path}?linkType={by}", {})
    answer = visit().get(asked[0], headers=asked[1])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/linkset+json"
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer.headers["link"]
    assert "max-age=60" in answer.headers["cache-control"]
    found = check_linkset(answer.json())
    lot = f"{G}/22/2A/10/{gs1.lot.number}"
    assert list(found) == [BASE + path, BASE + lot, BASE + G]
    for context in found.values():
        (default,) = context[f"{VOC}defaultLink"]
        others = [
            link["href"]
            for rel, links in context.items()
            if rel[:8] == "https://"
            for link in links
        ]
        # The default's target stands again under a type that says what it is.
        assert others.count(default["href"]) > 1
        assert f"{VOC}recallStatus" in context
    product = found[BASE + G]
    assert product["itemDescription"] == gs1.product.name
    titles = [link["title"] for link in product[f"{VOC}certificationInfo"]]
    assert [title.partition(",")[0] for title in titles] == ["OCOP 4 sao", "Chỉ dẫn địa lý Cà Mau"]
    assert all("/2028" in title for title in titles)
    assert {"vi", "en"} == set(product[f"{VOC}pip"][0]["hreflang"])


@pytest.mark.usefixtures("gs1")
def test_a_linkset_is_known_by_its_tag_and_speaks_the_readers_language(visit: Visit) -> None:
    first = visit().get(G, headers=JSON)
    again = visit().get(G, headers=JSON | {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    english = visit().get(G, headers=JSON | {"accept-language": "en"})
    assert "OCOP 4 stars" in english.text
    assert english.headers["content-language"] == "en"


def test_a_linkset_can_be_read_as_a_page(gs1: Scene, visit: Visit) -> None:
    own_link(gs1)
    page = visit().get(f"{G}?linkType=linkset", headers=PAGE)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for told in ("Tất cả liên kết", "OCOP 4 sao", "https://shop.example.vn/tom", "Mua hàng"):
        assert told in page.text
    assert f'href="{G}?linkType=linkset&amp;lang=en"' in page.text
    # Who names the linkset gets it, browser or not.
    both = visit().get(G, headers={"accept": "application/linkset+json, text/html;q=0.5"})
    check_linkset(both.json())


@pytest.mark.parametrize("prefix", ["gs1:", VOC, "https://gs1.org/voc/", "gs1%3A"])
def test_a_link_type_is_understood_in_each_of_its_forms(
    gs1: Scene, visit: Visit, prefix: str
) -> None:
    query = f"linkType={prefix}masterData"
    wanted = f"/api/v1/verify/products/{gs1.product.id}?{query}"
    answer = visit().get(f"{G}?{query}")
    assert target(answer) == (307, wanted)
    assert answer.headers["vary"] == "Accept, Accept-Language"
    default = visit().get(f"{G}?linkType={prefix}defaultLink")
    assert target(default)[1].startswith(f"/p/{gs1.product.id}?")


@pytest.mark.parametrize("link_type", ["gs1:nope", "gs1:", "", "pip", "x", "gs1:epcis", "%FF", "*"])
@pytest.mark.usefixtures("gs1")
def test_a_link_type_that_is_not_there_is_404(visit: Visit, link_type: str) -> None:
    answer = visit().get(f"{G}?linkType={link_type}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "lookup.no_such_link"


def test_what_nothing_decides_between_is_left_to_the_reader(gs1: Scene, visit: Visit) -> None:
    asked = f"{G}?linkType=gs1:certificationInfo"
    answer = visit().get(asked)
    assert answer.status_code == 300
    assert answer.headers["content-type"] == "application/linkset+json"
    ((_, context),) = check_linkset(answer.json()).items()
    assert len(context[f"{VOC}certificationInfo"]) == 2
    page = visit().get(asked, headers=PAGE)
    assert page.status_code == 300
    assert "Chọn một liên kết" in page.text
    assert f'href="{BASE}/p/{gs1.product.id}#ocop"' in page.text


def test_the_readers_language_decides_between_links(gs1: Scene, visit: Visit) -> None:
    for language in ("vi-VN", "en", "ja"):
        url = f"https://shop.example.vn/{language}"
        own_link(gs1, url=url, language=language, rel="recipeInfo", title=language)
    for asked, wanted in {
        "": "vi-VN",
        "vi": "vi-VN",
        "vi-VN, en;q=0.9": "vi-VN",
        "en-GB;q=0.9, vi;q=0.8": "en",
        "fr, ja;q=0.1": "ja",
        "ko": "vi-VN",
    }.items():
        answer = visit().get(f"{G}?linkType=gs1:recipeInfo", headers={"accept-language": asked})
        assert answer.status_code == 307
        assert answer.headers["location"].startswith(f"https://shop.example.vn/{wanted}?"), asked


def test_recalls_and_holds_are_told_by_the_linkset(gs1: Scene, visit: Visit, clock: Clock) -> None:
    path = f"{G}/21/{gs1.active}"
    client = visit()

    def told() -> list[str]:
        found = client.get(path, headers=JSON)
        assert "stale" not in found.headers["cache-control"]
        contexts = check_linkset(found.json())
        return [one[f"{VOC}recallStatus"][0]["title"] for one in contexts.values()]

    assert told() == ["Không có thông báo thu hồi sản phẩm hay tạm ngừng lưu thông"] * 2
    who: dict[str, Any] = {"actor": gs1.cast.officer.actor, "now": clock.now, "lot_id": gs1.lot.id}
    gs1.change(lambda db: hold_lot(db, reason="Chờ kiểm nghiệm", **who))
    assert told()[0] == "TẠM NGỪNG LƯU THÔNG từ 10/03/2026: Chờ kiểm nghiệm"
    gs1.change(lambda db: recall_lot(db, reason="Nhiễm khuẩn", advice="Trả lại", **who))
    assert told()[0] == "ĐÃ THU HỒI SẢN PHẨM từ 10/03/2026: Nhiễm khuẩn"
    clock.now += timedelta(minutes=1)
    assert told()[0].startswith("ĐÃ THU HỒI")


def test_every_answer_may_be_read_by_any_site_and_tells_its_linkset(
    gs1: Scene, visit: Visit
) -> None:
    client = visit()
    for path, status in {
        G: 307,
        f"{G}?linkType=all": 200,
        f"{G}?linkType=gs1:certificationInfo": 300,
        f"{G}?linkType=gs1:x": 404,
        f"/01/{OTHER}": 404,
        "/01/1": 400,
        "/00/106141412345678908": 404,
        f"/p/{gs1.product.id}/serial/x": 404,
        f"/t/{gs1.active}": 200,
        "/t/x": 404,
        f"/p/{gs1.product.id}": 200,
        "/.well-known/gs1resolver": 200,
    }.items():
        for headers in ({}, PAGE):
            answer = client.get(path, headers=headers)
            assert answer.status_code == status, path
            assert answer.headers["access-control-allow-origin"] == "*"
            if status < 400 and not path.startswith("/."):
                assert 'rel="linkset"' in answer.headers["link"]
    refused = client.post(G)
    assert refused.status_code == 405
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS"


def test_head_and_options_answer_as_get_would(gs1: Scene, visit: Visit) -> None:
    client = visit()
    for path in (G, f"{G}?linkType=all", f"{G}?linkType=gs1:x", "/01/1", f"{G}/21/x"):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        kept = ("location", "content-type", "link", "vary", "cache-control")
        assert [head.headers.get(one) for one in kept] == [got.headers.get(one) for one in kept]
    for path in (G, f"{G}/21/{gs1.active}", f"/t/{gs1.active}", f"/p/{gs1.product.id}"):
        asked = client.request("OPTIONS", path, headers={"origin": "https://shop.vn"})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
        assert asked.headers["link"].startswith(f"<{BASE}{path}?linkType=linkset>")
    assert client.request("OPTIONS", "/01/1").status_code == 400


def test_what_is_malformed_is_400_and_what_is_unknown_404(gs1: Scene, visit: Visit) -> None:
    client = visit()
    for path, status, code in (
        (f"/01/{OTHER}", 404, "lookup.not_registered"),
        (f"/01/{OTHER}/21/{gs1.active}", 404, "lookup.not_registered"),
        (f"/01/{OTHER}?linkType=linkset", 404, "lookup.not_registered"),
        ("/417/9520002000002", 404, "lookup.not_registered"),
        ("/00/106141412345678908", 404, "lookup.key_of_others"),
        (f"/01/{GTIN[1:]}", 400, "lookup.bad_digital_link"),
        (f"/01/{GTIN[:-1]}1?linkType=linkset", 400, "lookup.bad_digital_link"),
        (f"/01%2F{GTIN}", 400, "lookup.bad_digital_link"),
        (f"{G}/21/a/b", 400, "lookup.bad_digital_link"),
        (f"{G}?21={gs1.active}", 400, "lookup.bad_digital_link"),
        (f"{G}?5=1", 400, "lookup.bad_digital_link"),
        (f"{G}/10/%FF", 400, "lookup.bad_digital_link"),
        ("/12", 400, "lookup.bad_digital_link"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        page = client.get(path, headers=PAGE | {"accept-language": "en"})
        assert page.status_code == status
        assert page.headers["content-language"] == "en"
        assert page.text.startswith("<!doctype html>")


def test_a_slash_that_is_encoded_is_data(gs1: Scene, visit: Visit) -> None:
    public_lot(gs1, "A/B")
    lot = visit().get(f"{G}/10/A%2FB")
    assert target(lot)[1].startswith("/l/")
    assert visit().get(f"{G}/10/A/B").status_code == 400
    assert target(visit().get(f"{G}/10/A%252FB"))[1] == f"/p/{gs1.product.id}"


def test_the_resolver_describes_itself(visit: Visit) -> None:
    answer = visit().get("/.well-known/gs1resolver")
    assert answer.headers["content-type"] == "application/json"
    jsonschema_rs.validate(DESCRIPTION, answer.json())
    assert answer.json()["resolverRoot"] == BASE
    assert answer.json()["supportedPrimaryKeys"] == ["01", "414", "417"]


@pytest.mark.usefixtures("gs1")
def test_a_place_is_told_by_its_own_name(visit: Visit) -> None:
    found = check_linkset(visit().get(f"/414/{POND}/254/x", headers=JSON).json())
    ((anchor, context),) = found.items()
    assert anchor == f"{BASE}/414/{POND}"
    assert context["itemDescription"] == "Ao số 3"
    assert visit().get(f"/417/{POND}").status_code == 404


def compressed(gtin: str, serial: str) -> str:
    """Return a GTIN and a serial as an EPC binary string by SGTIN+, the serial in 7 bits a sign."""
    parts = [(0xF7, 8), (0, 4), *((int(digit), 4) for digit in gtin), (4, 3), (len(serial), 5)]
    bits = "".join(f"{value:0{width}b}" for value, width in parts)
    bits += "".join(f"{ord(sign):07b}" for sign in serial)
    bits += "0" * (-len(bits) % 16)
    return f"eh{int(bits, 2):0{len(bits) // 4}x}"


def test_a_compressed_address_is_written_out_first(gs1: Scene, visit: Visit) -> None:
    path, client = f"/{compressed(GTIN, gs1.active)}", visit()
    for slash in ("", "/"):
        answer = client.get(f"{path}{slash}?a=%7C")
        assert target(answer) == (307, f"/t/{gs1.active}?a=%7C")
    written_out = f"{BASE}{G}/21/{gs1.active}"
    assert next(iter(check_linkset(client.get(path, headers=JSON).json()))) == written_out
    assert client.request("OPTIONS", path).headers["link"].startswith(f"<{written_out}?")
    assert client.get(f"/{compressed(OTHER, 'x')}").status_code == 404
    for bad in ("/eh00", "/exAAAA", f"/{compressed(GTIN[:-1] + '1', 'x')}"):
        answer = client.get(bad)
        assert (answer.status_code, answer.json()["code"]) == (400, "lookup.bad_digital_link")
        assert answer.headers["access-control-allow-origin"] == "*"
