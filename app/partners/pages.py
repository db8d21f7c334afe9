"""The office's pages of shops: the list, one of them, its keys and how they are used."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.exports import AsFile, FileKind, every, file_of
from app.kit.forms import Filled, Form, filled_from
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.saving import as_of, beside, submit
from app.kit.web import Db, Id, Now, Words
from app.partners import actions, key_queries, queries
from app.partners.api import PartnerIn
from app.partners.models import Partner, PartnerKey, PartnerUse
from app.partners.rules import SOON_DAYS, PartnerKind, Scope

router = APIRouter(prefix="/office/partners", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The shop was added. Make a key for it next."))
CHANGED = sayable(N_("The shop was changed."))
RETIRED = sayable(N_("The shop is retired: its keys no longer work."))
RESTORED = sayable(N_("The shop is taken up again."))
STATES: Final = [
    ("open", N_("We work with it")),
    ("retired", N_("Retired")),
    ("expiring", N_("A key ends soon")),
]
KINDS: Final = [(one.value, one.label) for one in PartnerKind]
SHOWN_DAYS: Final = 30


@dataclass(frozen=True)
class PartnerRow:
    """A partner in the list, with how many keys work and when the first of them ends."""

    partner: Partner
    kind: str
    keys: int
    ends: datetime | None
    soon: bool


@dataclass(frozen=True)
class PartnersView:
    """A page of the list of partners."""

    page: Page[PartnerRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    kinds: list[tuple[str, str]]
    states: list[tuple[str, str]]


@dataclass(frozen=True)
class KeyRow:
    """A key on its partner's page."""

    key: PartnerKey
    scopes: list[str]
    working: bool
    expired: bool
    soon: bool
    used: date | None


@dataclass(frozen=True)
class PartnerView:
    """One partner, its keys and how they were used."""

    partner: Partner
    kind: str
    keys: list[KeyRow]
    uses: list[tuple[PartnerUse, str]]
    days: int


@dataclass(frozen=True)
class PartnerFormView:
    """The form that adds or changes a partner."""

    form: Filled
    partner: Partner | None
    kinds: list[tuple[str, str]]


def _lines(written: object) -> object:
    return re.split(r"[\s,;]+", written.strip()) if isinstance(written, str) else written


class PartnerForm(PartnerIn):
    """A partner as the form sends it: hosts one a line."""

    hosts: Annotated[list[str], BeforeValidator(_lines)]
    seen: datetime | None = None


@router.get("")
def partners(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: str = "",
    state: str = "",
) -> Response:
    def read(part: Cut) -> Page[Partner]:
        return queries.list_partners(
            db, actor=actor, cut=part, now=now, text=q, kind=kind, state=state
        )

    named = cut if cut.sort else Cut(cut.after, cut.limit, sort="name", back=cut.back)
    if file:
        return _file(file, every(read, named), words)
    page = read(named)
    view = PartnersView(
        page=page.having(_rows(db, page.items, now)),
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted={"q": q, "kind": kind, "state": state, "sort": cut.sort},
        kinds=KINDS,
        states=STATES,
    )
    return show(request, "partners/list.html", view)


@router.get("/new")
def new_partner(request: Request, actor: CurrentActor) -> Response:
    actor.require_officer()
    return _form(request, Filled())


@router.post("/new")
def add_partner(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    added: list[Partner] = []

    def save(given: PartnerForm) -> None:
        facts = given.model_dump(exclude={"seen"})
        added.append(actions.add_partner(db, actor=actor, now=now, **facts))

    wrong = submit(db, PartnerForm, sent, words, save)
    if wrong is not None:
        return _form(request, wrong)
    return go(f"/office/partners/{added[0].id}", say=ADDED)


@router.get("/{partner_id}")
def partner(request: Request, db: Db, actor: CurrentActor, now: Now, partner_id: Id) -> Response:
    found = queries.get_partner(db, partner_id, actor=actor)
    since = day_of(now) - timedelta(days=SHOWN_DAYS - 1)
    view = PartnerView(
        partner=found,
        kind=PartnerKind(found.kind).label,
        keys=_keys(db, found, now),
        uses=key_queries.list_uses(db, partner_id=partner_id, since=since),
        days=SHOWN_DAYS,
    )
    return show(request, "partners/one.html", view)


@router.get("/{partner_id}/edit")
def edit_partner(request: Request, db: Db, actor: CurrentActor, partner_id: Id) -> Response:
    found = queries.get_partner(db, partner_id, actor=actor)
    return _form(request, _filled(found), found)


@router.post("/{partner_id}/edit")
def change_partner(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    partner_id: Id,
) -> Response:
    found = queries.get_partner(db, partner_id, actor=actor)

    def save(given: PartnerForm) -> None:
        facts = given.model_dump()
        actions.change_partner(db, actor=actor, now=now, partner_id=partner_id, **facts)

    def stale() -> Filled:
        return beside(sent, _filled(found), words, lambda _name, value: value)

    wrong = submit(db, PartnerForm, sent, words, save, stale=stale)
    if wrong is not None:
        return _form(request, wrong, found)
    return go(f"/office/partners/{partner_id}", say=CHANGED)


@router.post("/{partner_id}/retire")
def retire_partner(db: Db, actor: CurrentActor, now: Now, partner_id: Id) -> Response:
    actions.retire_partner(db, actor=actor, now=now, partner_id=partner_id)
    return go(f"/office/partners/{partner_id}", say=RETIRED)


@router.post("/{partner_id}/restore")
def restore_partner(db: Db, actor: CurrentActor, now: Now, partner_id: Id) -> Response:
    actions.restore_partner(db, actor=actor, now=now, partner_id=partner_id)
    return go(f"/office/partners/{partner_id}", say=RESTORED)


def _filled(found: Partner) -> Filled:
    form = filled_from(found, ["name", "kind", "website", "contact"])
    return as_of(Filled({**form.values, "hosts": "\n".join(found.hosts)}), found.updated_at)


def _form(request: Request, form: Filled, found: Partner | None = None) -> Response:
    view = PartnerFormView(form=form, partner=found, kinds=KINDS)
    return show(request, "partners/edit.html", view, status=422 if form.wrong else 200)


def _working(key: PartnerKey, now: datetime) -> bool:
    return key.revoked_at is None and key.expires_at > now


def _soon(ends: datetime | None, now: datetime) -> bool:
    return ends is not None and ends <= now + timedelta(days=SOON_DAYS)


def _rows(db: Session, found: Iterable[Partner], now: datetime) -> list[PartnerRow]:
    keys = key_queries.keys_of(db, [one.id for one in found])
    rows = []
    for one in found:
        working = [key for key in keys[one.id] if _working(key, now)]
        ends = min((key.expires_at for key in working), default=None)
        kind = PartnerKind(one.kind).label
        rows.append(PartnerRow(one, kind, len(working), ends, _soon(ends, now)))
    return rows


def _keys(db: Session, found: Partner, now: datetime) -> list[KeyRow]:
    keys = key_queries.keys_of(db, [found.id])[found.id]
    used = key_queries.last_used(db, [key.id for key in keys])
    return [
        KeyRow(
            key=key,
            scopes=[Scope(one).label for one in key.scopes],
            working=_working(key, now) and found.retired_at is None,
            expired=key.revoked_at is None and key.expires_at <= now,
            soon=_working(key, now) and _soon(key.expires_at, now),
            used=used.get(key.id),
        )
        for key in keys
    ]


def _file(kind: FileKind, rows: Iterable[Partner], words: Translator) -> Response:
    heads = [
        ("id", N_("Shop no.")),
        ("name", N_("Name")),
        ("kind", N_("Kind")),
        ("website", N_("Website")),
        ("contact", N_("Contact")),
        ("hosts", N_("Hosts")),
        ("retired_at", N_("Retired")),
    ]
    lines = (
        [
            one.id,
            one.name,
            words.gettext(PartnerKind(one.kind).label),
            one.website,
            one.contact,
            ", ".join(one.hosts),
            one.retired_at,
        ]
        for one in rows
    )
    title = N_("Shops")
    return file_of(kind, name="partners", title=title, heads=heads, rows=lines, words=words)
