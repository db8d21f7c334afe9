"""The forms that end certificates: revoked by a decision, or struck out as never issued."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.certificates import actions, queries
from app.certificates.api import RevocationIn, StrikeIn
from app.certificates.row_queries import CertificateRow, certificate_rows
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.forms import Filled, Form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.text import id_in
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/office/certificates", route_class=OnceRoute, include_in_schema=False)

REVOKED = sayable(N_("The certificates were revoked."))
STRUCK = sayable(N_("The certificate was struck out."))
LISTED = sayable(N_("The self-declarations stand in the list now."))
MOST: Final = 200


@dataclass(frozen=True)
class RevokeView:
    """The form that revokes some certificates by one decision."""

    form: Filled
    rows: list[CertificateRow]


@dataclass(frozen=True)
class StrikeView:
    """The form that strikes a certificate out."""

    form: Filled
    row: CertificateRow


@router.post("/declarations")
def list_declarations(db: Db, actor: CurrentActor, now: Now) -> Response:
    actions.list_declarations(db, actor=actor, now=now)
    return go("/office/certificates?kind=self_declaration", say=LISTED)


@router.get("/revoke")
def ask_revocation(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    one: Annotated[list[int] | None, Query(max_length=MOST)] = None,
) -> Response:
    actor.require_officer()
    today = Filled({"revoked_on": day_of(now).isoformat()})
    return _revoke_form(request, db, actor, now, one or [], today)


@router.post("/revoke")
def revoke_certificates(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    chosen = ticked(sent.fields)

    def save(given: RevocationIn) -> None:
        facts = given.model_dump()
        actions.revoke_certificates(db, actor=actor, now=now, certificates=chosen, **facts)

    wrong = submit(db, RevocationIn, sent, words, save)
    if wrong is not None:
        return _revoke_form(request, db, actor, now, chosen, wrong)
    here = f"/office/certificates/{chosen[0]}" if len(chosen) == 1 else "/office/certificates"
    return go(here, say=REVOKED)


def ticked(fields: Iterable[str]) -> list[int]:
    """Return the ids of the rows ticked in a form, whose fields are called one_<id>."""
    ids = (name.removeprefix("one_") for name in fields if name.startswith("one_"))
    return [one for one in map(id_in, ids) if one]


@router.get("/{paper_id}/strike")
def ask_strike(request: Request, db: Db, actor: CurrentActor, now: Now, paper_id: Id) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()
    view = StrikeView(Filled(), certificate_rows(db, [found], day_of(now))[0])
    return show(request, "certificates/strike.html", view)


@router.post("/{paper_id}/strike")
def strike_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    paper_id: Id,
) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()

    def save(given: StrikeIn) -> None:
        actions.strike_certificate(
            db, actor=actor, now=now, certificate_id=paper_id, reason=given.reason
        )

    wrong = submit(db, StrikeIn, sent, words, save)
    if wrong is not None:
        view = StrikeView(wrong, certificate_rows(db, [found], day_of(now))[0])
        return show(request, "certificates/strike.html", view, status=422)
    return go(f"/office/certificates/{found.id}", say=STRUCK)


def _revoke_form(
    request: Request, db: Session, actor: Actor, now: Now, chosen: list[int], form: Filled
) -> Response:
    found = [queries.get_certificate(db, one, actor=actor) for one in chosen]
    view = RevokeView(form, certificate_rows(db, found, day_of(now)))
    return show(request, "certificates/revoke.html", view, status=422 if form.wrong else 200)
