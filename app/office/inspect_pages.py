"""The inspector's view of a stamp, and the form that takes a finding."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.asgi import WITH_POSITION
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, Line, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words
from app.lookup.queries import Found
from app.lookup.verdict import Judgement
from app.office.inspect_access import PHOTOS, SentPhotos, look_up_as_public
from app.office.inspect_queries import Known, Noted, read_known, read_noted
from app.oversight.access import Trace
from app.oversight.finding_actions import INSPECTORS, Seen, record_finding
from app.oversight.rules import FindingOutcome, Subject, key_of, sent_hash
from app.oversight.told import SeenIn
from app.stamps.access import StampKeys
from app.stamps.codes import grouped, parse
from app.stamps.queries import Stamp, near_codes

router = APIRouter(prefix="/inspect", route_class=Edge, include_in_schema=False)

RECORDED = sayable(N_("The finding is recorded."))


class FindingForm(SeenIn):
    subject: Subject = Subject.STAMP
    token: Annotated[Line, Field(max_length=64)] = ""


@dataclass(frozen=True)
class FindView:
    """The form for a code."""

    form: Filled


@dataclass(frozen=True)
class InspectView:
    """A code as the public is told of it, and all that stands behind it."""

    code: str
    grouped: str
    judgement: Judgement
    known: Known | None
    near: tuple[str, ...]
    noted: Noted
    may_record: bool
    outcomes: list[FindingOutcome]
    subjects: list[tuple[str, str]]
    photos: tuple[str, ...]
    form: Filled


@router.get("")
def find(request: Request, db: Db, actor: CurrentActor, trace: Trace, code: str = "") -> Response:
    actor.require_department()
    kept = trace(db, code).code if code.strip() else ""
    if kept:
        return go(f"/inspect/{quote(kept, safe='')}")
    return show(request, "office/inspect_find.html", FindView(Filled({"code": code})))


def _found(request: Request, actor: CurrentActor, now: Now, code: str) -> Found:
    actor.require_department()
    return look_up_as_public(request, code, now)


LookedUp = Annotated[Found, Depends(_found)]


@router.get("/{code}")
def inspect(
    request: Request,
    found: LookedUp,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    trace: Trace,
    keyring: StampKeys,
    code: str,
) -> Response:
    near = () if found.stamp else near_codes(db, keyring=keyring, text=code)
    page = Shown(request, db, actor, now, words, found, trace(db, code).code, near)
    return page.show(Filled({"token": secrets.token_urlsafe(16)}))


@router.post("/{code}")
def record(
    request: Request,
    found: LookedUp,
    photos: SentPhotos,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    trace: Trace,
    sent: Form,
    code: str,
) -> Response:
    belongs = trace(db, code)
    page = Shown(request, db, actor, now, words, found, belongs.code)
    given = read_form(FindingForm, sent, words)
    if isinstance(given, Filled):
        return page.show(given)
    try:
        with db.begin_nested():
            if photos.refusal:
                raise photos.refusal
            seen = Seen(**given.model_dump(exclude={"subject", "token"})).checked()
            key_of(given.subject, belongs)
            finding = record_finding(
                db,
                actor=actor,
                now=now,
                subject=given.subject,
                belongs=belongs,
                seen=seen,
                verdict=found.answer.judgement.label,
                sent_hash=sent_hash(
                    (given.token, actor.account_id, given.subject, belongs.code, seen)
                ),
                photos=photos.stored,
            )
    except (Conflict, Invalid) as error:
        return page.show(refused(sent, error, words))
    return go(f"/office/findings/{finding.id}", say=RECORDED)


@dataclass(frozen=True)
class Shown:
    """The page of one code, shown with an empty form or with one that came back wrong."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator
    found: Found
    code: str
    near: tuple[str, ...] = ()

    def show(self, form: Filled) -> Response:
        stamp, parsed = self.found.stamp, parse(self.code)
        view = InspectView(
            code=self.code,
            grouped=grouped(parsed.code) if parsed else self.code,
            judgement=self.found.answer.judgement,
            known=read_known(self.db, stamp, actor=self.actor, now=self.now, words=self.words)
            if stamp
            else None,
            near=tuple(grouped(one) for one in self.near),
            noted=read_noted(self.db, self.code, stamp),
            may_record=bool(self.actor.roles & set(INSPECTORS)),
            outcomes=list(FindingOutcome),
            subjects=[(one.value, self.words.gettext(one.label)) for one in _subjects(stamp)],
            photos=PHOTOS,
            form=form,
        )
        answer = show(self.request, "office/inspect.html", view, status=422 if form.wrong else 200)
        answer.headers.update(WITH_POSITION)
        return answer


def _subjects(stamp: Stamp | None) -> list[Subject]:
    """Return what a finding at this code may be about."""
    if stamp is None:
        return [Subject.STAMP]
    return [
        one
        for one in Subject
        if one is not Subject.RIGHT and (one is not Subject.LOT or stamp.lot_id is not None)
    ]
