import re
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from inspect import Parameter, signature
from typing import Any, get_args, get_origin, get_type_hints

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRouter
from sqlalchemy.exc import ProgrammingError

from app.diary.template_faults import TemplateFault, TemplateShape
from app.kit.asgi import JsonLines
from app.kit.errors import STATUS, DomainError, Throttled, Unavailable, status_of, title_of
from app.kit.i18n import LANGUAGES, Language
from app.kit.problems import AlreadyThere
from app.kit.web import Edge
from app.stamps.allotting import Fault
from app.stamps.reconciling import COUNTED, Line
from app.wiring import words
from tests.conftest import Cast, Visit
from tests.errors import every_error

ERRORS = every_error()
SAMPLES: dict[type, object] = {
    int: 1200,
    str: "x",
    float: 1.5,
    bool: True,
    bytes: b"x",
    date: date(2026, 3, 10),
    datetime: datetime(2026, 3, 10, tzinfo=UTC),
    Decimal: Decimal("1.5"),
    Fault: Fault(place="2", column="Quantity", reason="Write a whole number."),
    Line: Line(COUNTED[0], 3),
    TemplateFault: TemplateShape(field="stages.0", stage="x", name=""),
}


def sample(kind: Any) -> object:  # noqa: ANN401 - any annotation
    """Return some value of an annotated type."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    if is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: sample(hint) for name, hint in get_type_hints(kind).items()})
    parts = [part for part in get_args(kind) if part is not type(None)]
    origin = get_origin(kind)
    if origin is not None and isinstance(origin, type) and hasattr(origin, "__iter__"):
        filled = [sample(part) for part in parts if part is not ...]
        if origin is tuple:
            return tuple(filled)
        return {filled[0]: filled[1]} if hasattr(origin, "keys") else [filled[0]]
    if parts:
        return sample(parts[0]) if isinstance(parts[0], type) or get_origin(parts[0]) else parts[0]
    return next(iter(kind)) if hasattr(kind, "__iter__") else "x"


def made(kind: type[DomainError]) -> DomainError:
    """Return an error as its raiser would make it."""
    if kind.__init__ is Exception.__init__:
        return kind()
    wanted = [
        parameter
        for parameter in signature(kind).parameters.values()
        if parameter.kind not in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
    ]
    hints = get_type_hints(kind.__init__)
    facts = {parameter.name: sample(hints.get(parameter.name, str)) for parameter in wanted}
    positional = [facts.pop(p.name) for p in wanted if p.kind is not Parameter.KEYWORD_ONLY]
    return kind(*positional, **facts)


def of(kind: type[DomainError]) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def slice_of(kind: type[DomainError]) -> str:
    return kind.__module__.split(".")[1]


@pytest.mark.parametrize("owner", sorted({slice_of(kind) for kind in ERRORS}))
def test_every_error_of_a_slice_keeps_to_the_form(owner: str) -> None:
    for kind in (one for one in ERRORS if slice_of(one) == owner):
        has_a_public_title_of_one_line(kind)
        has_a_stable_code_of_its_slice(kind)
        explains_itself_in_both_languages(kind)
        assert kind is DomainError or status_of(made(kind)) in STATUS.values(), of(kind)


def has_a_public_title_of_one_line(kind: type[DomainError]) -> None:
    title = title_of(kind)
    assert kind.__doc__ is not None, of(kind)
    assert "__doc__" in vars(kind), of(kind)
    assert title, of(kind)
    assert not title.endswith("."), of(kind)
    assert len(title) <= 90, of(kind)
    assert title[0].isupper(), of(kind)


def has_a_stable_code_of_its_slice(kind: type[DomainError]) -> None:
    assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)?", kind.code), of(kind)
    owner = slice_of(kind)
    assert kind.code.startswith(f"{owner}.") or owner == "kit", of(kind)


def explains_itself_in_both_languages(kind: type[DomainError]) -> None:
    for translator in words().values():
        error = made(kind)
        told = error.title(translator) + error.explain(translator)
        assert "{" not in told, of(kind)
        assert not kind.detail or error.explain(translator).endswith((".", "!", "?")), of(kind)


def test_no_two_errors_share_a_code() -> None:
    codes: dict[str, list[str]] = {}
    for kind in ERRORS:
        codes.setdefault(kind.code, []).append(of(kind))
    assert {code: kinds for code, kinds in codes.items() if len(kinds) > 1} == {}


def test_the_walk_finds_the_errors_of_every_kind_of_module() -> None:
    found = {of(kind) for kind in ERRORS}
    assert {
        "app.kit.problems.AlreadyThere",
        "app.identity.pages.NeedsHttps",
        "app.places.queries.UnknownCommune",
        "app.entities.actions.GlnTaken",
    } <= found


Raises = Callable[[Exception], None]


@pytest.fixture
def raises(app: FastAPI) -> Raises:
    """Have /api/v1/boom and /boom raise an exception."""

    def plant(error: Exception) -> None:
        router = APIRouter(route_class=Edge)

        @router.get("/api/v1/boom")
        @router.get("/boom")
        def boom() -> None:
            raise error

        app.include_router(router)

    return plant


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_api_tells_a_problem_and_a_page_shows_it(
    visit: Visit, raises: Raises, language: Language
) -> None:
    error = AlreadyThere()
    raises(error)
    translator = words()[language]
    told = visit().get(f"/api/v1/boom?lang={language}")
    assert told.status_code == 409
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["content-language"] == language
    assert told.json() == {
        "type": "about:blank",
        "title": error.title(translator),
        "status": 409,
        "detail": error.explain(translator),
        "code": "already_there",
        "request_id": told.headers["x-request-id"],
    }
    page = visit().get(f"/boom?lang={language}")
    assert (page.status_code, page.headers["content-language"]) == (409, language)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in page.text
    for text in (error.title(translator), "already_there", page.headers["x-request-id"]):
        assert text in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_frameworks_own_refusals_have_the_same_shape(
    visit: Visit, cast: Cast, language: Language
) -> None:
    client = visit(api=cast.officer)
    lang = {"lang": language}
    answers = {
        404: client.get("/api/v1/nowhere", params=lang),
        405: client.request("DELETE", "/api/v1/entities", params=lang),
        422: client.get("/api/v1/entities/0", params=lang),
    }
    for status, answer in answers.items():
        body = answer.json()
        assert (answer.status_code, body["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["request_id"] == answer.headers["x-request-id"]
        assert body["title"]
        assert body["detail"]
    assert answers[405].headers["allow"] == "GET, POST"
    assert answers[422].json()["errors"][0]["field"].endswith("entity_id")


def test_a_page_that_is_not_there_is_a_page(visit: Visit) -> None:
    for answer in (visit().get("/nowhere"), visit().request("DELETE", "/sign-in")):
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "<h1>" in answer.text


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("PUT", "/api/v1/certificates/revoke", 405, "POST"),
        ("PATCH", "/api/v1/lots/merge", 405, "POST"),
        ("OPTIONS", "/api/v1/inspections/sync", 405, "POST"),
        ("GET", "/api/v1/lots/-1", 404, None),
        ("GET", "/api/v1/lots/٣", 404, None),
        ("GET", f"/api/v1/lots/{'9' * 5000}", 422, None),
    ],
)
def test_where_a_path_names_a_number_a_word_is_another_address(
    method: str, path: str, status: int, allow: str | None, visit: Visit, cast: Cast
) -> None:
    answer = visit(api=cast.officer).request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b"[" * 5000, "application/json"),
        (b"name=x", "text/plain"),
        (b"null", "application/json"),
        (b"", "application/json"),
    ],
)
def test_a_body_that_can_not_be_read_is_told_so(
    visit: Visit, cast: Cast, body: bytes, kind: str
) -> None:
    client = visit(api=cast.officer)
    answer = client.post("/api/v1/entities", content=body, headers={"content-type": kind})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"--x\r\n", b"--x\r\nnonsense", b"\x00" * 100])
def test_a_form_that_can_not_be_read_is_told_so(visit: Visit, cast: Cast, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = visit(page=cast.officer).post("/office/entities/new", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_what_nobody_expected_is_a_plain_500_that_tells_nothing(
    visit: Visit, raises: Raises, caplog: pytest.LogCaptureFixture
) -> None:
    raises(ZeroDivisionError("a secret"))
    told, page = visit().get("/api/v1/boom"), visit().get("/boom")
    assert (told.status_code, page.status_code) == (500, 500)
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["request_id"] == told.headers["x-request-id"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-request-id"] in page.text
    assert "secret" not in told.text + page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert told.headers["x-request-id"] in caplog.text


def test_what_a_database_quotes_of_its_rows_stays_out_of_the_log(
    visit: Visit, raises: Raises, caplog: pytest.LogCaptureFixture
) -> None:
    row = psycopg.DataError("Failing row contains (+84912345678)")
    raises(ProgrammingError("INSERT", {"phone": "+84912345678"}, row))
    assert visit().get("/boom").status_code == 500
    line = next(JsonLines().format(one) for one in caplog.records if one.exc_info)
    assert "ProgrammingError" in line
    assert __file__ in line
    assert "912345678" not in line


def test_an_answer_that_asks_to_wait_says_how_long(visit: Visit, raises: Raises) -> None:
    raises(Throttled(seconds=40))
    assert visit().get("/api/v1/boom").headers["retry-after"] == "40"


def test_an_unavailable_service_says_when_to_come_back(visit: Visit, raises: Raises) -> None:
    raises(Unavailable())
    assert visit().get("/boom").headers["retry-after"] == "5"
