"""The producer's notices: what to do first, then what happened."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.errors import DomainError, title_of
from app.kit.i18n import Translator
from app.kit.pages import show
from app.kit.web import Db, Edge, Now, Words
from app.stamps.balance import MassBalance, explain_balance
from app.stamps.phone_notice_queries import Notice, list_notices

router = APIRouter(prefix="/app/notices", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class Told:
    """A notice in the reader's words."""

    text: str
    detail: str
    at: datetime
    path: str


@dataclass(frozen=True)
class NoticesView:
    """What asks for something to be done, and the news."""

    due: list[Told]
    news: list[Told]


@router.get("")
def notices(request: Request, db: Db, actor: CurrentActor, now: Now, words: Words) -> Response:
    silent = timedelta(days=request.app.state.settings.diary_silent_days)
    found = list_notices(db, actor=actor, now=now, silent=silent)
    view = NoticesView(
        due=[_told(one, words) for one in found if one.due],
        news=[_told(one, words) for one in found if not one.due],
    )
    return show(request, "stamps/notices.html", view)


def _told(notice: Notice, words: Translator) -> Told:
    facts = {name: _spoken(value, words) for name, value in notice.facts.items()}
    detail = notice.detail
    if notice.code:
        facts["title"] = words.gettext(_title_of(notice.code))
        if notice.code == MassBalance.code and notice.facts:
            detail = explain_balance(dict(notice.facts), words)
    text = words.gettext(notice.label).format(**facts)
    return Told(text, detail, notice.at, notice.path)


def _spoken(value: Any, words: Translator) -> str:  # noqa: ANN401 - a fact as a notice has it
    if isinstance(value, int):
        return words.number(value)
    return words.date(value) if isinstance(value, date) else str(value)


def _title_of(code: str) -> str:
    """Return the msgid of the title of the error of that code."""
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return title_of(kind)
        waiting += kind.__subclasses__()
    return code
