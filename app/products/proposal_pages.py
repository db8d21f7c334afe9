"""The office's pages of what producers propose to change: compared, then accepted or refused."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import proposal_actions
from app.entities.part_models import Proposal
from app.entities.proposal_queries import WAITING, get_proposal, list_proposals
from app.entities.queries import names_of as entity_names_of
from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In, Note, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.file_pages import STATES, changed_labels, proposals_file
from app.products.proposal_actions import accept_proposal
from app.products.proposal_queries import values_now
from app.products.proposing import Line, digest, lines
from app.products.queries import names_of

router = APIRouter(prefix="/office/proposals", route_class=Edge, include_in_schema=False)

WAS_ACCEPTED = sayable(N_("Accepted: the change is live."))
WAS_REFUSED = sayable(N_("Refused. The producer reads your reason."))


@dataclass(frozen=True)
class ProposalRow:
    """A proposal in the list: whose it is, and what it would change."""

    proposal: Proposal
    subject: str
    entity: str
    labels: list[str]
    state: str


@dataclass(frozen=True)
class ProposalsView:
    """A page of proposals, those that wait unless another state is asked for."""

    page: Page[ProposalRow]
    next: str | None
    previous: str | None
    state: str
    states: list[tuple[str, str]]


@dataclass(frozen=True)
class ProposalView:
    """A proposal beside what the record says; `seen` is the mark of what is shown here."""

    row: ProposalRow
    lines: list[Line]
    seen: str
    path: str
    form: Filled
    may_decide: bool


class RefusalIn(In):
    """Why a proposal is refused."""

    reason: Note = ""


@router.get("")
def proposals(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    state: str = WAITING,
    file: AsFile = None,
) -> Response:
    wanted = state if state in STATES else ""

    def read(part: Cut) -> Page[ProposalRow]:
        found = list_proposals(db, actor=actor, cut=part, state=wanted)
        return found.having(_rows(db, list(found.items)))

    if file:
        rows = ((one.proposal, one.subject, one.entity) for one in every(read, cut))
        return proposals_file(file, rows, words)
    page = read(cut)
    view = ProposalsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        state=wanted,
        states=list(STATES.items()),
    )
    return show(request, "products/proposals.html", view)


@router.get("/{proposal_id}")
def proposal(request: Request, db: Db, actor: CurrentActor, proposal_id: Id) -> Response:
    found = get_proposal(db, proposal_id, actor=actor)
    return _show(request, db, found, Filled(), may_decide=actor.officer)


@router.post("/{proposal_id}/accept")
def accept(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    proposal_id: Id,
) -> Response:
    found = get_proposal(db, proposal_id, actor=actor)
    actor.require_officer()
    seen = sent.text("seen")
    try:
        # What was applied before the refusal is taken back, and the page shows how it stands.
        with db.begin_nested():
            accept_proposal(db, actor=actor, now=now, proposal_id=proposal_id, seen=seen)
    except (Conflict, Invalid) as error:
        told = refused(sent, error, words)
        problem = told.problem or "; ".join(told.errors.values())
        return _show(request, db, found, Filled(problem=problem), may_decide=True)
    return go(f"/office/proposals/{proposal_id}", say=WAS_ACCEPTED)


@router.post("/{proposal_id}/refuse")
def refuse(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    proposal_id: Id,
) -> Response:
    found = get_proposal(db, proposal_id, actor=actor)
    actor.require_officer()
    given = read_form(RefusalIn, sent, words)
    if isinstance(given, Filled):
        return _show(request, db, found, given, may_decide=True)
    try:
        with db.begin_nested():
            proposal_actions.refuse_proposal(
                db, actor=actor, now=now, proposal_id=proposal_id, reason=given.reason
            )
    except (Conflict, Invalid) as error:
        return _show(request, db, found, refused(sent, error, words), may_decide=True)
    return go(f"/office/proposals/{proposal_id}", say=WAS_REFUSED)


def _rows(db: Session, found: list[Proposal]) -> list[ProposalRow]:
    entities = entity_names_of(db, [one.entity_id for one in found])
    products = names_of(db, [one.subject_id for one in found if one.subject_kind == "product"])
    return [
        ProposalRow(
            proposal=one,
            subject=products[one.subject_id] if one.subject_kind == "product" else "",
            entity=entities[one.entity_id],
            labels=changed_labels(one),
            state=STATES[one.state],
        )
        for one in found
    ]


def _show(
    request: Request, db: Session, found: Proposal, form: Filled, *, may_decide: bool
) -> Response:
    there = values_now(db, found)
    area = "products" if found.subject_kind == "product" else "entities"
    view = ProposalView(
        row=_rows(db, [found])[0],
        lines=lines(found.before, found.after, there),
        seen=digest(there),
        path=f"/office/{area}/{found.subject_id}",
        form=form,
        may_decide=may_decide and found.state == WAITING,
    )
    return show(request, "products/proposal.html", view, status=422 if form.wrong else 200)
