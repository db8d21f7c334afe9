import pytest

from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene, heading, mistyped


def test_the_code_is_read_in_any_case_and_with_hyphens_and_blanks(
    scene: Scene, visit: Visit
) -> None:
    code = scene.active
    mixed = "".join(c.lower() if i % 2 else c for i, c in enumerate(code))
    parted = "-".join(code[i : i + 5] for i in range(0, 20, 5))
    reader = visit()
    for path in (
        f"/T/{code}",
        f"/t/{code.lower()}",
        f"/T/{mixed}",
        f"/t/{parted}",
        f"/t/{parted.replace('-', '%20')}",
        f"/t/{code}/",
    ):
        page = reader.get(path)
        assert page.status_code == 200, path
        assert "Tem đã kích hoạt" in heading(page.text)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x",
        "%00",
        "%FF%FE",
        "%0A",
        "a%2Fb",
        "a/b/c",
        "..%2F..%2Fetc",
        "%F0%9F%A6%90",
        "%E2%80%AE",
        "U" * 20,
        "0" * 20,
        "Z" * 20,
        "%ED%A0%80",
        "%25",
        "A" * 5000,
        "%3Cscript%3E",
        "[",
        "%5B",
        "?code=x",
        "%3Flang=en",
    ],
)
def test_any_bytes_are_unknown_and_never_an_error_of_ours(
    scene: Scene, visit: Visit, raw: str
) -> None:
    assert scene.codes
    for path in (f"/t/{raw}", f"/T/{raw}"):
        page = visit().get(path, headers={"user-agent": PHONE})
        assert page.status_code == 404
        assert "Không tìm thấy mã này" in heading(page.text)
        assert "<script" not in page.text
    assert visit().get(f"/api/v1/verify/{raw}").status_code == 404


def test_a_slash_inside_a_code_is_data(scene: Scene, visit: Visit) -> None:
    code = scene.active
    assert visit().get(f"/t/{code[:10]}%2F{code[10:]}").status_code == 404
    assert visit().get(f"/t/{code}%2F").status_code == 200


def test_head_answers_like_get_without_a_body(scene: Scene, visit: Visit) -> None:
    for path in (f"/t/{scene.active}", "/t/nothing", "/", f"/p/{scene.product.id}"):
        got, head = visit().get(path), visit().head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers.get("etag") == got.headers.get("etag")


def test_a_typed_code_leads_to_its_page(scene: Scene, visit: Visit) -> None:
    code = scene.active
    for typed in (code, code.lower(), f" {code[:5]}-{code[5:]} ", f"https://ocop.test/t/{code}"):
        answer = visit().get("/", params={"code": typed})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{code}")
    kept = visit().get("/", params={"code": code, "lang": "en"})
    assert kept.headers["location"] == f"/t/{code}?lang=en"


def test_a_code_with_one_fault_is_asked_about_in_the_form_only(scene: Scene, visit: Visit) -> None:
    wrong = mistyped(scene.active)
    asked = visit().get("/", params={"code": wrong})
    assert asked.status_code == 404
    assert "Có phải bạn muốn nhập mã này?" in heading(asked.text)
    assert f'href="/t/{scene.active}"' in asked.text
    assert scene.active not in visit().get(f"/t/{wrong}").text
    swapped = scene.active[:3] + scene.active[4] + scene.active[3] + scene.active[5:]
    if swapped != scene.active:
        assert f'href="/t/{scene.active}"' in visit().get("/", params={"code": swapped}).text


@pytest.mark.parametrize("typed", ["x", "<b>", "0" * 20, "\x00", "A" * 4000, "'\"", "đ" * 20])
def test_anything_typed_is_answered(scene: Scene, visit: Visit, typed: str) -> None:
    assert scene.codes
    answer = visit().get("/", params={"code": typed})
    assert answer.status_code == 404
    assert "<b>" not in answer.text.partition("<input")[2].partition(">")[0]
    assert visit().get("/", params={"code": ""}).status_code == 200
