"""The audit trail, looked through: who did what when, and what it changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.actions import record
from app.audit.listing import changes_text
from app.audit.queries import search_events
from app.audit.sought import Sought
from app.entities.queries import names_of
from app.identity.access import CurrentActor
from app.identity.rules import OFFICERS, Role
from app.kit.clock import start_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.web import Databases, Db, Edge, Now, Words
from app.office.audit_queries import find_account_ids, find_entity_ids, name_of_account
from app.office.audit_terms import KNOWN_ACTS, Told, told
from app.office.audit_words import SUBJECTS

router = APIRouter(prefix="/office/audit", route_class=Edge, include_in_schema=False)

# A file of more is no longer looked through by anybody; narrower filters give the rest.
MOST_ROWS = 100_000
NO_DAY = N_("Write a date.")
READERS = (*OFFICERS, Role.INSPECTOR)


@dataclass(frozen=True)
class Asked:
    """The filters as they were sent."""

    q: str = ""
    who: str = ""
    actor: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    entity: str = ""
    since: str = ""
    until: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, str]:
        """Return what was asked for, to be recorded with a file of it."""
        return {name: value for name, value in vars(self).items() if value and name != "errors"}


def _asked(
    q: str = "",
    who: str = "",
    actor: str = "",
    action: str = "",
    kind: str = "",
    subject: str = "",
    entity: str = "",
    since: str = "",
    until: str = "",
) -> Asked:
    days = {"since": since, "until": until}
    errors = {name: NO_DAY for name, text in days.items() if text and _day(text) is None}
    texts = {"q": q, "who": who, "actor": actor, "action": action, "kind": kind}
    texts |= {"subject": subject, "entity": entity} | days
    return Asked(errors=errors, **{name: text.strip()[:200] for name, text in texts.items()})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


Asking = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True)
class AuditView:
    """A page of the audit trail."""

    page: Page[Told]
    next: str | None
    previous: str | None
    asked: Asked
    actor_name: str
    actions: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    hidden: bool


@router.get("")
def audit(
    request: Request,
    db: Db,
    databases: Databases,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    asked: Asking,
    file: AsFile = None,
) -> Response:
    actor.require_role(*READERS)
    sought = _sought(db, asked)
    if file and not asked.errors:
        with databases.begin() as writing:
            record(
                writing,
                by=actor,
                now=now,
                action="audit.export",
                subject_id=file,
                after={"format": file, "filters": asked.told()},
            )
        # Personal numbers stay here, whoever asks: a file leaves the house.
        rows = every(lambda part: _page(db, part, sought, words, hide=True))
        return _file(file, islice(rows, MOST_ROWS), words)
    hide = Role.ADMINISTRATOR not in actor.roles
    page = _page(db, cut, sought, words, hide=hide)
    view = AuditView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        asked=asked,
        actor_name=name_of_account(db, int(asked.actor)) if _number(asked.actor) else "",
        actions=sorted((name, words.gettext(label)) for name, label in KNOWN_ACTS.items()),
        kinds=[(name, words.gettext(label)) for name, (label, _path) in SUBJECTS.items()],
        hidden=hide,
    )
    return show(request, "office/audit.html", view, status=422 if asked.errors else 200)


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19  # noqa: PLR2004 - what fits 64 bits


def _sought(db: Session, asked: Asked) -> Sought:
    people = None
    if asked.actor:
        people = {int(asked.actor)} if _number(asked.actor) else set()
    if asked.who:
        named = set(find_account_ids(db, text=asked.who))
        people = named if people is None else named & people
    return Sought(
        subject_kind=asked.kind,
        subject_id=asked.subject,
        entity_ids=find_entity_ids(db, text=asked.entity) if asked.entity else None,
        actor_ids=people,
        action=asked.action,
        since=_start(_day(asked.since)),
        until=_start(_day(asked.until), days=1),
        text=asked.q,
    )


def _start(day: date | None, days: int = 0) -> datetime | None:
    try:
        return start_of(day + timedelta(days=days)) if day else None
    except OverflowError:
        return None


def _page(db: Session, cut: Cut, sought: Sought, words: Translator, *, hide: bool) -> Page[Told]:
    page = search_events(db, cut=cut, sought=sought)
    names = names_of(db, (event.entity_id for event in page.items if event.entity_id))
    return page.having(
        [
            told(event, entity=names.get(event.entity_id or 0, ""), hide=hide, words=words)
            for event in page.items
        ]
    )


def _file(kind: FileKind, rows: Iterable[Told], words: Translator) -> Response:
    heads = [
        ("seq", N_("No.")),
        ("at", N_("When")),
        ("who", N_("Who")),
        ("what", N_("What happened")),
        ("subject_kind", N_("About")),
        ("subject_id", N_("Number of the record")),
        ("entity", N_("Entity")),
        ("changes", N_("What changed")),
    ]
    title = N_("Audit trail")
    lines = (_cells(row) for row in rows)
    return file_of(kind, name="audit", title=title, heads=heads, rows=lines, words=words)


def _cells(row: Told) -> list[Cell]:
    one = row.happened
    about = [row.kind_label, row.subject_id, row.entity]
    return [one.seq, one.at, one.who, one.what, *about, changes_text(one)]
