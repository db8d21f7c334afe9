"""One inspection in the office: what was seen, and what is done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.certificates.paper_access import PaperIn
from app.documents import actions as document_actions
from app.documents.models import Document
from app.documents.queries import documents_of
from app.documents.rules import KINDS
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Invalid
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Line, Note, Sent
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut
from app.kit.saving import as_of, overtaken, submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.file_pages import photo_answer
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_access import SentPaper, SentPhoto, StoredPhoto
from app.oversight.inspection_actions import Arranged, cancel_inspection, rearrange
from app.oversight.inspection_models import Inspection, InspectionPhoto
from app.oversight.inspection_pages import HOME, ArrangedIn, choices, names
from app.oversight.inspection_photo_actions import add_photo
from app.oversight.inspection_queries import get_inspection
from app.oversight.inspection_recheck_actions import open_recheck
from app.oversight.inspection_sign_actions import correct_inspection, hand_over, sign_inspection
from app.oversight.inspection_terms import INSPECTION_TERMS
from app.oversight.inspection_view_queries import Whole, whole_of
from app.oversight.rules import MAX_TEXT

router = APIRouter(prefix=HOME, route_class=Edge, include_in_schema=False)

ARRANGED = sayable(N_("The inspection is arranged anew."))
SIGNED = sayable(N_("The inspection is signed. Print the minutes for the signatures by hand."))
CANCELLED = sayable(N_("The inspection was cancelled."))
CORRECTED = sayable(N_("The correction stands beside what was signed."))
HANDED_OVER = sayable(N_("The hand-over is recorded."))
RECHECK_OPENED = sayable(N_("The re-check is arranged."))
ATTACHED = sayable(N_("The document was attached."))
PHOTO_ADDED = sayable(N_("The photo stands beside the item."))
SHOWN_EVENTS: Final = 50


class Seen(In):
    """As of when the form was shown."""

    seen: datetime | None = None


class RearrangeIn(ArrangedIn):
    seen: datetime | None = None


class CancelIn(Seen):
    reason: Annotated[Note, Field(max_length=MAX_TEXT)]


class CorrectIn(In):
    text: Annotated[Note, Field(max_length=MAX_TEXT)]


class HandOverIn(In):
    """The paper by which another agency got an inspection."""

    agency: Annotated[Line, Field(min_length=1, max_length=200)]
    document_no: Annotated[Line, Field(min_length=1, max_length=60)]
    day: date
    text: Annotated[Note, Field(max_length=MAX_TEXT)] = ""


class PhotoIn(In):
    item: Annotated[Line, Field(min_length=1, max_length=40)]


@dataclass(frozen=True)
class InspectionView:
    """One inspection; `act` names the form that came back wrong."""

    whole: Whole
    documents: list[Document]
    kinds: list[tuple[str, str]]
    checklists: list[tuple[int, str]]
    leads: list[tuple[int, str]]
    happened: list[Happened]
    may_act: bool
    open: bool
    signed: bool
    act: str
    form: Filled
    blank: Filled
    arranged: Filled


@dataclass(frozen=True)
class Asked:
    """An act on an inspection, as a form asks for it."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator
    sent: Sent
    found: Inspection

    def do(
        self, name: str, model: type[Any], act: Callable[..., object], say: str, to: str = ""
    ) -> Response:
        """Carry it out, or show the page with the form as it was filled in."""
        made: list[object] = []

        def save(given: In) -> None:
            facts = given.model_dump()
            made.append(
                act(
                    self.db,
                    actor=self.actor,
                    now=self.now,
                    inspection_id=self.found.id,
                    **facts,
                )
            )

        stale = overtaken(self.sent, self.words, lambda: self.found.updated_at)
        wrong = submit(self.db, model, self.sent, self.words, save, stale=stale)
        if wrong is not None:
            return page_of(
                self.request, self.db, self.actor, self.now, self.words, self.found, name, wrong
            )
        return go(to or f"{HOME}/{_led_to(made, self.found)}", say=say)


def _led_to(made: list[object], found: Inspection) -> int:
    """Return the inspection to show: the one that was just opened, if one was."""
    other = next((one for one in made if isinstance(one, Inspection)), found)
    return other.id


def _asked(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    inspection_id: Id,
) -> Asked:
    actor.require_department()
    actor.require_role(*INSPECTORS)
    found = get_inspection(db, inspection_id, actor=actor)
    return Asked(request, db, actor, now, words, sent, found)


@router.get("/{inspection_id}")
def one_inspection(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, inspection_id: Id
) -> Response:
    actor.require_department()
    found = get_inspection(db, inspection_id, actor=actor)
    return page_of(request, db, actor, now, words, found)


@router.get("/{inspection_id}/photos/{item}/{sha256}")
def photo(
    db: Db,
    actor: CurrentActor,
    files: Store,
    inspection_id: Id,
    item: str,
    sha256: str,
    small: str = "",
) -> Response:
    """Return a photo of an answer to the Department, and to whom a signed inspection is of."""
    found = get_inspection(db, inspection_id, actor=actor)
    kept = db.get(InspectionPhoto, (found.id, item, sha256))
    return photo_answer(files, (kept.sha256 or "") if kept else "", small=bool(small))


@router.post("/{inspection_id}/arrange")
def arrange(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    def act(db: Session, *, team: str, **given: Any) -> Inspection:  # noqa: ANN401 - fields of the form
        return rearrange(db, team=names(team), **given)

    return asked.do("arrange", RearrangeIn, act, ARRANGED)


@router.post("/{inspection_id}/sign")
def sign(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    def act(db: Session, **given: Any) -> Inspection:  # noqa: ANN401 - as above
        return sign_inspection(db, words=asked.words, **given)

    return asked.do("sign", Seen, act, SIGNED)


@router.post("/{inspection_id}/cancel")
def cancel(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("cancel", CancelIn, cancel_inspection, CANCELLED)


@router.post("/{inspection_id}/correct")
def correct(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("correct", CorrectIn, correct_inspection, CORRECTED)


@router.post("/{inspection_id}/hand-over")
def hand(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("hand-over", HandOverIn, hand_over, HANDED_OVER)


@router.post("/{inspection_id}/recheck")
def recheck(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    def act(db: Session, *, inspection_id: int, team: str, **given: Any) -> Inspection:  # noqa: ANN401 - as above
        who = {name: given.pop(name) for name in ("actor", "now")}
        arranged = Arranged(team=names(team), **given)
        return open_recheck(db, uid=uuid4(), first_id=inspection_id, arranged=arranged, **who)

    return asked.do("recheck", ArrangedIn, act, RECHECK_OPENED)


@router.post("/{inspection_id}/photos")
def add_one_photo(stored: SentPhoto, asked: Annotated[Asked, Depends(_asked)]) -> Response:
    """Put a photo that was taken otherwise beside an item."""

    def act(db: Session, **given: Any) -> None:  # noqa: ANN401 - as above
        add_photo(db, photo=_stored(stored), size=stored.size, **given)

    return asked.do("photo", PhotoIn, act, PHOTO_ADDED)


@router.post("/{inspection_id}/documents")
def attach(paper: SentPaper, files: Store, asked: Annotated[Asked, Depends(_asked)]) -> Response:
    def act(db: Session, *, inspection_id: int, **given: Any) -> None:  # noqa: ANN401 - as above
        if isinstance(paper, Invalid):
            raise paper
        document_actions.attach(
            db,
            files=files,
            subject_kind="inspection",
            subject_id=inspection_id,
            entity_id=None,
            checked=paper,
            **(given | {"public": False}),
        )

    return asked.do("document", PaperIn, act, ATTACHED)


def _stored(stored: StoredPhoto) -> Any:  # noqa: ANN401 - a checked picture
    if stored.refusal is not None:
        raise stored.refusal
    return stored.photo


def page_of(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    found: Inspection,
    act: str = "",
    form: Filled | None = None,
) -> Response:
    """Show an inspection, with the form that came back wrong where one did."""
    events = list_events(
        db, cut=Cut(limit=SHOWN_EVENTS), subject_kind="inspection", subject_id=found.id
    )
    whole = whole_of(db, found, words=words, today=day_of(now))
    arranged = {
        "planned_on": found.planned_on.isoformat() if found.planned_on else "",
        "month_only": "on" if found.month_only else "",
        "team": "\n".join(found.team),
        "lead_id": str(found.lead_id or ""),
        "checklist_id": str(found.checklist_id),
    }
    view = InspectionView(
        whole=whole,
        documents=documents_of(db, "inspection", [found.id])[found.id],
        kinds=KINDS,
        happened=[tell(event, INSPECTION_TERMS, words) for event in events.items],
        may_act=bool(actor.roles & set(INSPECTORS)),
        open=whole.row.state.open,
        signed=found.signed_at is not None,
        act=act,
        form=form or Filled(),
        blank=as_of(Filled(), found.updated_at),
        arranged=as_of(Filled(arranged), found.updated_at),
        **choices(db),
    )
    status = 422 if form else 200
    return show(request, "oversight/inspection_one.html", view, status=status)
