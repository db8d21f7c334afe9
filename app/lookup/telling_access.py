"""What a public page says where there is nothing to show, or nothing can be shown now."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from app.kit.i18n import N_
from app.lookup.public_access import PublicView, around, dressed, render
from app.lookup.verdict import RETRY_AFTER_SECONDS


@dataclass(frozen=True, kw_only=True)
class TellingView(PublicView):
    """A page that only says why there is no other."""

    title: str
    advice: str
    ask: bool = False


def not_here(request: Request) -> Response:
    """Say that there is no such page, and offer the look-up instead."""
    view = TellingView(
        **vars(around(request)),
        title=N_("There is no such page"),
        advice=N_("Look up the code on the stamp instead."),
        ask=True,
    )
    return _answer(request, view, status=404)


def not_now(request: Request) -> Response:
    """Say that nothing can be read now; without the database even that must be said."""
    view = TellingView(
        **vars(around(request)),
        title=N_("This page could not be read"),
        advice=N_("Something is wrong on our side. Try again soon."),
    )
    answer = _answer(request, view, status=503)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _answer(request: Request, view: TellingView, *, status: int) -> Response:
    # The address is nobody's, and so leads to the first page in the other language.
    body = render(request, "lookup/telling.html", view, path="/")
    return dressed(request, HTMLResponse(body, status_code=status))
