"""The office's list of who grants OCOP certificates of how many stars, from which day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, Role
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, file_of
from app.kit.forms import Filled, Form, In, Line
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Now, Words
from app.products.issuer_actions import add_issuer_rule
from app.products.issuer_queries import issuer_rules, list_issuers
from app.products.issuers import LEVELS, Level, rule_on
from app.products.models import OcopIssuer

router = APIRouter(prefix="/office/issuers", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The list of issuers was added to."))
STARS: Final = [("3", "3"), ("4", "4"), ("5", "5")]
ISSUERS: Final = (
    ("id", N_("No.")),
    ("stars", N_("Stars")),
    ("level", N_("Level of the issuer")),
    ("valid_from", N_("Valid from")),
    ("source", N_("Source")),
)
_LABELS: Final = dict(LEVELS) | {"": N_("not known")}


class IssuerIn(In):
    """Who grants so many stars from a day on; without a level nothing is known of it."""

    stars: Annotated[int, Field(ge=3, le=5)]
    level: Level | None = None
    valid_from: Annotated[date, Field(ge=date(2018, 1, 1), le=date(2100, 12, 31))]
    source: Annotated[Line, Field(min_length=1, max_length=120)]


@dataclass(frozen=True)
class IssuersView:
    """The list, what counts today, and the form of who may add to it."""

    issuers: list[OcopIssuer]
    today: set[int]
    labels: dict[str, str]
    form: Filled
    stars: list[tuple[str, str]]
    levels: list[tuple[str, str]]
    may_add: bool


@router.get("")
def issuers(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, file: AsFile = None
) -> Response:
    actor.require_department()
    if file:
        rows: Iterable[list[Cell]] = (
            [one.id, one.stars, words.gettext(_LABELS[one.level]), one.valid_from, one.source]
            for one in list_issuers(db)
        )
        title = N_("Who grants how many stars")
        return file_of(file, name="issuers", title=title, heads=ISSUERS, rows=rows, words=words)
    return _page(request, db, actor, day_of(now), Filled())


@router.post("")
def add_issuer(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_role(Role.ADMINISTRATOR)

    def save(given: IssuerIn) -> None:
        add_issuer_rule(db, actor=actor, now=now, **given.model_dump())

    wrong = submit(db, IssuerIn, sent, words, save)
    if wrong is not None:
        return _page(request, db, actor, day_of(now), wrong)
    return go("/office/issuers", say=ADDED)


def _page(request: Request, db: Session, actor: Actor, day: date, form: Filled) -> Response:
    rules = issuer_rules(db)
    view = IssuersView(
        issuers=list_issuers(db),
        today={found.id for stars in (3, 4, 5) if (found := rule_on(rules, stars, day))},
        labels=_LABELS,
        form=form,
        stars=STARS,
        levels=LEVELS,
        may_add=Role.ADMINISTRATOR in actor.roles,
    )
    return show(request, "products/issuers.html", view, status=422 if form.wrong else 200)
