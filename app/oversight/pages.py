"""The public form for problems, and the page that follows a report. No account, no cookie."""

import secrets
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.photo_actions import store_photo
from app.identity.access import check_origin
from app.kit.asgi import WITH_POSITION
from app.kit.errors import DomainError, Invalid, NotFound, Throttled, status_of
from app.kit.files import Store
from app.kit.forms import Filled, Form, Sent, read_form, refused
from app.kit.i18n import LANGUAGES, N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Databases, Db, Edge, Now, Words, site, translator
from app.oversight.access import Trace, as_nobody, limits_of, network, require_turn
from app.oversight.queries import Followed, find_followed, find_product_name, find_sent
from app.oversight.report_actions import Told, send_report, told_of
from app.oversight.rules import (
    REFERENCE_BYTES,
    URL_CHARS,
    About,
    NoSuchReport,
    Traced,
    Trouble,
    grouped_reference,
    normalised_reference,
    sent_hash,
)
from app.oversight.told import ReportIn

router = APIRouter(
    prefix="/report", route_class=Edge, include_in_schema=False, dependencies=[Depends(as_nobody)]
)

SENT: Final = sayable(N_("Thank you. Your report has reached the Department."))
_ID_DIGITS: Final = 18
_AGAIN: Final = N_("Choose the photo again.")


@dataclass(frozen=True)
class ReportView:
    """The form; `keep` carries a language chosen by hand along, since no cookie does."""

    host: str
    keep: str
    about: About
    product: str
    troubles: list[tuple[str, str]]
    form: Filled
    kept_days: int


@dataclass(frozen=True)
class FollowView:
    """What became of a report."""

    host: str
    keep: str
    report: Followed
    reference: str


@dataclass(frozen=True)
class Ready:
    """A report that only has to be written down; its photo is stored."""

    told: Told
    photo: str
    sent_hash: str


@router.get("")
def ask(
    request: Request,
    db: Db,
    about: str = "",
    code: str = "",
    id: str = "",  # noqa: A002 - the parameter's name in addresses that stand on other pages
    url: str = "",
    reference: str = "",
) -> Response:
    if reference:
        return _asked_for(request, reference)
    chosen = About(about) if about in set(About) else _guessed(code, id, url)
    values = {
        "about": chosen.value,
        "code": code[:URL_CHARS],
        "product_id": id[:20],
        "url": url[:URL_CHARS],
        "trouble": Trouble.LISTING.value if chosen is About.SHOP else "",
        "token": secrets.token_urlsafe(16),
    }
    view = _view(request, Filled(values))
    if chosen is About.PRODUCT:
        view = replace(view, product=_product_name(db, id))
    return _shown(request, view)


def _check(
    request: Request,
    sent: Form,
    database: Databases,
    now: Now,
    words: Words,
    files: Store,
) -> Ready | Response:
    """Return the report ready to be kept, or the answer where it is wrong, or was sent before.

    All before the transaction: a photo takes a while to decode.
    """
    check_origin(request)
    try:
        require_turn(limits_of(request).tried, request, now)
        given = read_form(ReportIn, sent, words)
        if isinstance(given, Filled):
            return _wrong(request, sent, given, words)
        told = told_of(given)
        mark = sent_hash((given.token, told))
        with database.begin(write=False) as db:
            first = find_sent(db, mark) if given.token else None
        if first is not None:
            return _followed(request, first.reference)
        require_turn(limits_of(request).sent, request, now)
        _, raw = sent.files.get("photo", ("", b""))
        photo = store_photo(files, raw).sha256 if raw else ""
    except (Invalid, Throttled) as error:
        return _wrong(request, sent, refused(sent, error, words), words, error)
    return Ready(told, photo, mark)


@router.post("")
def send(
    request: Request,
    now: Now,
    words: Words,
    trace: Trace,
    given: Annotated[Ready | Response, Depends(_check)],
    db: Db,
) -> Response:
    if isinstance(given, Response):
        return given
    report = send_report(
        db,
        told=given.told,
        traced=trace(db, given.told.code) if given.told.code else Traced(""),
        photo=given.photo,
        language=words.language,
        sent_hash=given.sent_hash,
        random=secrets.token_bytes(REFERENCE_BYTES),
        now=now,
    )
    return _followed(request, report.reference)


@router.get("/{reference}")
def follow(request: Request, db: Db, now: Now, reference: str) -> Response:
    guessed, asker = limits_of(request).guessed, network(request)
    seconds = guessed.wait(asker, now)
    if seconds is not None:
        raise Throttled(seconds=seconds)
    report = find_followed(db, normalised_reference(reference))
    if report is None:
        guessed.take(asker, now)
        raise NoSuchReport
    view = FollowView(
        host=_host(request),
        keep=_keep(request),
        report=report,
        reference=grouped_reference(report.reference),
    )
    return _unlisted(show(request, "oversight/follow.html", view))


def _asked_for(request: Request, reference: str) -> Response:
    """Lead to the report whose reference somebody typed."""
    typed = normalised_reference(reference)
    if not typed:
        raise NoSuchReport
    return go(f"/report/{grouped_reference(typed)}{_keep(request)}")


def _wrong(
    request: Request,
    sent: Sent,
    form: Filled,
    words: Translator,
    error: DomainError | None = None,
) -> Response:
    if "photo" in sent.files and not form.error("photo"):
        # No browser lets a page fill in a file.
        form = replace(form, errors={**form.errors, "photo": words.gettext(_AGAIN)})
    view = _view(request, form)
    if view.about is About.PRODUCT:
        with site(request).database.begin(write=False) as db:
            view = replace(view, product=_product_name(db, form.value("product_id")))
    answer = _shown(request, view, status=status_of(error) if error else 422)
    if isinstance(error, Throttled):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _view(request: Request, form: Filled) -> ReportView:
    about = form.value("about")
    chosen = About(about) if about in set(About) else About.OTHER
    words = translator(request)
    troubles = [(one.value, words.gettext(one.label)) for one in Trouble]
    days: int = request.app.state.settings.report_days
    return ReportView(_host(request), _keep(request), chosen, "", troubles, form, days)


def _shown(request: Request, view: ReportView, *, status: int = 200) -> Response:
    answer = show(request, "oversight/report.html", view, status=status)
    # Only here may a visitor choose to tell where they are.
    answer.headers.update(WITH_POSITION)
    return _unlisted(answer)


def _unlisted(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _followed(request: Request, reference: str) -> Response:
    return go(f"/report/{grouped_reference(reference)}{_keep(request)}", say=SENT)


def _guessed(code: str, product_id: str, url: str) -> About:
    """Return what an address is about that does not say so."""
    named = ((code, About.STAMP), (product_id, About.PRODUCT), (url, About.SHOP))
    return next((about for given, about in named if given), About.OTHER)


def _product_name(db: Session, text: str) -> str:
    known = text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS
    name = find_product_name(db, int(text)) if known else None
    if name is None:
        raise NotFound
    return name


def _host(request: Request) -> str:
    return urlsplit(site(request).base_url).netloc


def _keep(request: Request) -> str:
    asked = request.query_params.get("lang")
    return f"?lang={asked}" if asked in LANGUAGES else ""
