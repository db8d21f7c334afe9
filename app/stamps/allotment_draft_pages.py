"""A draft of an allotment as a table: saved all at once, filled anew, given up, or decided."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.forms import Filled, Form, In, Sent, read_form, read_sent, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.text import clean_text
from app.kit.web import Db, Edge, Id, Now, Words, translator
from app.stamps.access import LargestBatch
from app.stamps.allotment_actions import AllotmentChanged, AllotmentDecided, set_rows
from app.stamps.allotment_models import Allotment
from app.stamps.allotment_queries import Row, get_allotment, rows_of
from app.stamps.allotting import (
    MOST_ROWS,
    QUANTITY,
    AllotmentState,
    Basis,
    Fault,
    Given,
    RowsRefused,
    Wanted,
    read_quantity,
    suggested,
)
from app.stamps.allotting_queries import given_in, with_wholes
from app.stamps.policy_queries import get_policy

router = APIRouter(prefix="/office/allotments", route_class=Edge, include_in_schema=False)

SAVED = sayable(N_("The plan was saved."))
FILLED = sayable(N_("The quantities were filled in anew. Rows without a suggestion stay."))
BASES = tuple((basis.value, basis.label) for basis in Basis)
# Quantity, note and removal of each row, and the fields of the decision.
_FIELDS = 3 * MOST_ROWS + 20
_NOTE_CHARS = 300
NOTHING_SAID = Filled()


class BasisIn(In):
    """How the quantities of a draft are filled in anew."""

    version: int
    basis: Basis


@dataclass(frozen=True)
class DraftLine:
    """A row of the table as it is filled in; `saved` is what somebody else made of it."""

    number: int
    row: Row
    quantity: str
    note: str
    removed: bool
    last: Given
    already: int
    errors: list[str]
    saved: int | None


@dataclass(frozen=True)
class DraftView:
    """A draft: its rows beside last year's figures, and the decision."""

    allotment: Allotment
    lines: list[DraftLine]
    total: int
    entities: int
    form: Filled
    officer: bool
    two_people_from: int
    needs_another: bool
    bases: tuple[tuple[str, str], ...]
    file_faults: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Tried:
    """What was sent of a draft and why it was refused."""

    sent: Sent | None = None
    form: Filled = NOTHING_SAID
    faults: Sequence[Fault] = ()
    meanwhile: bool = False
    file_faults: Sequence[Fault] = ()


UNTRIED = Tried()


async def _wide(request: Request) -> Sent:
    return await read_sent(request, most=_FIELDS)


WideForm = Annotated[Sent, Depends(_wide)]


@router.post("/{allotment_id}/rows")
def save_rows(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: WideForm,
    largest: LargestBatch,
    allotment_id: Id,
) -> Response:
    draft = officers_draft(db, actor, allotment_id)

    def save() -> None:
        wanted = wanted_of(rows_of(db, draft.id), sent)
        facts = {"allotment_id": draft.id, "version": version_of(sent), "largest": largest}
        set_rows(db, actor=actor, now=now, rows=wanted, **facts)

    error = attempt(db, save)
    if error:
        return refused_page(request, db, actor, draft, error, sent, words, day_of(now))
    return go(f"/office/allotments/{draft.id}", say=SAVED)


@router.post("/{allotment_id}/refill")
def refill(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    largest: LargestBatch,
    allotment_id: Id,
) -> Response:
    """Fill in the quantities from last year again; requests and new products keep theirs."""
    draft = officers_draft(db, actor, allotment_id)
    given = read_form(BasisIn, sent, words)
    if isinstance(given, Filled):
        return draft_page(request, db, actor, draft, day_of(now), Tried(form=given))
    last = with_wholes(given_in(db, draft.year - 1))

    def filled(number: int, row: Row) -> Wanted:
        known = row.wanted(number)
        figures = last.get((row.row.product_id, row.row.facility_id), Given())
        more = 0 if row.batch else suggested(figures, given.basis)
        return replace(known, quantity=more or known.quantity)

    error = attempt(
        db,
        lambda: set_rows(
            db,
            actor=actor,
            now=now,
            allotment_id=draft.id,
            version=given.version,
            rows=[filled(*one) for one in enumerate(rows_of(db, draft.id), start=1)],
            largest=largest,
        ),
    )
    if error:
        return refused_page(request, db, actor, draft, error, sent, words, day_of(now))
    return go(f"/office/allotments/{draft.id}", say=FILLED)


def officers_draft(db: Session, actor: Actor, allotment_id: int) -> Allotment:
    found = get_allotment(db, allotment_id, actor=actor)
    actor.require_officer()
    if found.state != AllotmentState.DRAFT:
        raise AllotmentDecided
    return found


def attempt(db: Session, act: Callable[[], object]) -> DomainError | None:
    """Carry something out whole, or return why it was refused, with nothing left of it."""
    try:
        with db.begin_nested():
            act()
    except (Conflict, Invalid) as error:
        return error
    return None


def version_of(sent: Sent) -> int:
    """Return the version a page was made of; none there ever was where it does not say."""
    text = sent.text("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - what an integer column holds


def wanted_of(rows: Iterable[Row], sent: Sent) -> list[Wanted]:
    """Return the rows as the table says; what it does not name stays as it is."""
    wanted = []
    for number, row in enumerate(rows, start=1):
        known, key = row.wanted(number), row.row.id
        if sent.text(f"remove-{key}"):
            continue
        quantity, note = sent.fields.get(f"q-{key}"), sent.fields.get(f"n-{key}")
        if quantity is not None:
            known = replace(known, quantity=read_quantity(quantity))
        if note is not None:
            known = replace(known, note=clean_text(note, limit=_NOTE_CHARS, field=f"n-{key}"))
        wanted.append(known)
    return wanted


def refused_page(
    request: Request,
    db: Session,
    actor: Actor,
    draft: Allotment,
    error: DomainError,
    sent: Sent,
    words: Translator,
    today: date,
) -> Response:
    """Show the draft again with what was typed and what is wrong with it."""
    db.refresh(draft)
    if draft.state != AllotmentState.DRAFT:
        raise error
    if isinstance(error, RowsRefused):
        tried = Tried(sent, Filled(sent.fields, problem=error.title(words)), error.faults)
    else:
        again = isinstance(error, AllotmentChanged)
        tried = Tried(sent, refused(sent, error, words), meanwhile=again)
    return draft_page(request, db, actor, draft, today, tried)


def draft_page(
    request: Request,
    db: Session,
    actor: Actor,
    draft: Allotment,
    today: date,
    tried: Tried = UNTRIED,
) -> Response:
    rows, words = rows_of(db, draft.id), translator(request)
    total = sum(row.row.quantity for row in rows)
    limit = get_policy(db).two_people_from
    form = tried.form
    if not form.wrong:
        form = Filled({"decided_on": today.isoformat(), "programme": draft.programme})
    view = DraftView(
        allotment=draft,
        lines=_lines(request, db, draft, rows, tried),
        total=total,
        entities=len({row.row.entity_id for row in rows}),
        form=form,
        officer=actor.officer,
        two_people_from=limit,
        needs_another=total >= limit and draft.changed_by_id == actor.account_id,
        bases=BASES,
        file_faults=[
            (fault.place, words.gettext(fault.column), fault.told(words))
            for fault in tried.file_faults
        ],
    )
    return show(request, "stamps/allotment_draft.html", view, status=422 if form.wrong else 200)


def _lines(
    request: Request, db: Session, draft: Allotment, rows: list[Row], tried: Tried
) -> list[DraftLine]:
    last = with_wholes(given_in(db, draft.year - 1))
    already = with_wholes(given_in(db, draft.year))
    wrong, words = _told(request, tried), translator(request)
    sent = tried.sent or Sent({}, {})

    def line(number: int, row: Row) -> DraftLine:
        key, place = row.row.id, (row.row.product_id, row.row.facility_id)
        quantity = sent.fields.get(f"q-{key}", words.number(row.row.quantity))
        other = tried.meanwhile and read_quantity(quantity) != row.row.quantity
        return DraftLine(
            number=number,
            row=row,
            quantity=quantity,
            note=sent.fields.get(f"n-{key}", row.row.note),
            removed=bool(sent.text(f"remove-{key}")),
            last=last.get(place, Given()),
            already=already.get(place, Given()).granted,
            errors=wrong.get(str(number), []),
            saved=row.row.quantity if other else None,
        )

    return [line(number, row) for number, row in enumerate(rows, start=1)]


def _told(request: Request, tried: Tried) -> dict[str, list[str]]:
    words, told = translator(request), defaultdict(list)
    for fault in tried.faults:
        reason = fault.told(words)
        column = words.gettext(fault.column)
        told[fault.place].append(reason if fault.column == QUANTITY else f"{column}: {reason}")
    return told
