"""The forms that make, replace and revoke a shop's keys."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.errors import Invalid
from app.kit.forms import Filled, Form, In, Line
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.partners import key_actions, queries
from app.partners.models import Partner, PartnerKey
from app.partners.rules import (
    KEY_DAYS,
    MOST_A_DAY,
    MOST_A_MINUTE,
    MOST_KEY_DAYS,
    OVERLAP_DAYS,
    PER_DAY,
    PER_MINUTE,
    Scope,
)

router = APIRouter(
    prefix="/office/partners/{partner_id}/keys", route_class=Edge, include_in_schema=False
)

REVOKED = sayable(N_("The key is revoked and no longer works."))


class NoScope(Invalid):
    """Tick at least one thing the key is for"""

    code = "partners.no_scope"
    field = "verify"


@dataclass(frozen=True)
class KeyFormView:
    """The form that makes a key."""

    form: Filled
    partner: Partner
    scopes: list[tuple[str, str]]


@dataclass(frozen=True)
class TokenView:
    """A new key's token, shown this once; `overlap` are the days the one before goes on."""

    partner: Partner
    key: PartnerKey
    token: str
    overlap: int | None


class KeyForm(In):
    """A key as the form asks for it: a tick for each scope."""

    label: Annotated[Line, Field(min_length=1, max_length=80)]
    verify: bool = False
    listings: bool = False
    events: bool = False
    webhooks: bool = False
    per_minute: Annotated[int, Field(ge=1, le=MOST_A_MINUTE)] = PER_MINUTE
    per_day: Annotated[int, Field(ge=1, le=MOST_A_DAY)] = PER_DAY
    days: Annotated[int, Field(ge=1, le=MOST_KEY_DAYS)] = KEY_DAYS

    def scopes(self) -> list[Scope]:
        found = [one for one in Scope if getattr(self, one.value)]
        if not found:
            raise NoScope
        return found


@router.get("/new")
def new_key(request: Request, db: Db, actor: CurrentActor, partner_id: Id) -> Response:
    partner = queries.get_open_partner(db, partner_id, actor=actor)
    usual = {"per_minute": PER_MINUTE, "per_day": PER_DAY, "days": KEY_DAYS, "verify": "on"}
    return _form(request, partner, Filled({name: str(value) for name, value in usual.items()}))


@router.post("/new")
def issue_key(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    partner_id: Id,
) -> Response:
    partner = queries.get_open_partner(db, partner_id, actor=actor)
    made: list[tuple[PartnerKey, str]] = []

    def save(given: KeyForm) -> None:
        facts = given.model_dump(exclude={one.value for one in Scope})
        made.append(
            key_actions.issue_key(
                db, actor=actor, now=now, partner_id=partner_id, scopes=given.scopes(), **facts
            )
        )

    wrong = submit(db, KeyForm, sent, words, save)
    if wrong is not None:
        return _form(request, partner, wrong)
    return show(request, "partners/token.html", TokenView(partner, *made[0], overlap=None))


@router.post("/{shop_key_id}/rotate")
def rotate_key(
    request: Request, db: Db, actor: CurrentActor, now: Now, partner_id: Id, shop_key_id: Id
) -> Response:
    """Show the new key; the one before goes on for a week, for the shop to change over."""
    partner = queries.get_open_partner(db, partner_id, actor=actor)
    made = key_actions.rotate_key(
        db, actor=actor, now=now, partner_id=partner_id, key_id=shop_key_id
    )
    return show(request, "partners/token.html", TokenView(partner, *made, overlap=OVERLAP_DAYS))


@router.post("/{shop_key_id}/revoke")
def revoke_key(db: Db, actor: CurrentActor, now: Now, partner_id: Id, shop_key_id: Id) -> Response:
    key_actions.revoke_key(db, actor=actor, now=now, partner_id=partner_id, key_id=shop_key_id)
    return go(f"/office/partners/{partner_id}", say=REVOKED)


def _form(request: Request, partner: Partner, form: Filled) -> Response:
    scopes = [(one.value, one.label) for one in Scope]
    view = KeyFormView(form=form, partner=partner, scopes=scopes)
    return show(request, "partners/key.html", view, status=422 if form.wrong else 200)
