"""A right as its page shows it: with all that is recorded of it over time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.documents.models import Document
from app.documents.queries import documents_of
from app.documents.rules import KINDS
from app.entities.queries import names_of as entity_names_of
from app.identity.rules import Actor
from app.kit.forms import Filled
from app.kit.i18n import Translator
from app.kit.pages import show
from app.kit.paging import Cut, Page, next_path, previous_path
from app.kit.saving import as_of
from app.products.queries import list_products
from app.products.queries import names_of as product_names_of
from app.rights import queries
from app.rights.area_queries import units_of, unmatched
from app.rights.dates import spoken
from app.rights.deciding import DecisionKind
from app.rights.holder_queries import areas_of, decisions_of, holders_of
from app.rights.holding import HolderRole
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.right_models import RightArea, RightDecision, RightHolder
from app.rights.right_renewal import (
    RENEWAL_WORDS,
    Renewal,
    grace_ends,
    renewal_on,
    renewal_opens,
)
from app.rights.right_terms import RIGHT_TERMS
from app.rights.row_queries import RightRow, UserRow, right_row, user_rows

MAX_CHOICES: Final = 2000
SHOWN_EVENTS: Final = 10


@dataclass(frozen=True)
class Forms:
    """The forms on the page, as they were sent where one was refused."""

    check: Filled = field(default_factory=Filled)
    link: Filled = field(default_factory=Filled)
    document: Filled = field(default_factory=Filled)
    picture: Filled = field(default_factory=Filled)

    @property
    def wrong(self) -> bool:
        return any(one.wrong for one in (self.check, self.link, self.document, self.picture))


@dataclass(frozen=True)
class DecisionRow:
    """A decision, and the one that annulled it."""

    decision: RightDecision
    label: str
    decided: str
    annulled_by: RightDecision | None
    may_annul: bool


@dataclass(frozen=True)
class HolderRow:
    """An owner or managing body, and the entity it is, where it is one recorded here."""

    holder: RightHolder
    role: str
    entity: str
    now: bool


@dataclass(frozen=True)
class AreaRow:
    """A place as the document names it, and the commune it is; `gone_on` if that is one no more."""

    area: RightArea
    commune: str
    gone_on: date | None
    now: bool


@dataclass(frozen=True)
class RenewalView:
    """Whether a mark can be renewed, in words with days."""

    name: str
    words: str
    opens: date
    last: date
    until: date


@dataclass(frozen=True)
class RightView:
    """One right with its users and, for a trademark, the products that bear it."""

    row: RightRow
    applied: str
    registered: str
    decided: str
    renewal: RenewalView | None
    same_name: list[IpRight]
    holders: list[HolderRow]
    areas: list[AreaRow]
    unmatched: list[str]
    decisions: list[DecisionRow]
    documents: list[Document]
    document_kinds: list[tuple[str, str]]
    users: Page[UserRow]
    users_next: str | None
    users_previous: str | None
    bearing: list[tuple[int, str]]
    linkable: list[tuple[str, str]]
    happened: Sequence[Happened]
    forms: Forms
    may_change: bool
    of_department: bool


@dataclass(frozen=True)
class HistoryView:
    """A page of the history of a right."""

    right: IpRight
    rows: list[Happened]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class ReasonView:
    """A form that asks why, about a right."""

    form: Filled
    right: IpRight


def show_right(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    day: date,
    right: IpRight,
    forms: Forms | None = None,
    *,
    cut: Cut | None = None,
) -> Response:
    """Show a right's page; `forms` are those that were refused."""
    forms = forms or Forms()
    if not forms.check.values:
        forms = replace(forms, check=as_of(Filled(), right.updated_at))
    users = users_of(db, actor, day, right, cut or Cut())
    bearing = product_names_of(db, queries.products_of(db, [right.id])[right.id])
    areas = _areas(db, right, day)
    staff = actor.of_department
    view = RightView(
        row=right_row(right, day),
        applied=spoken(right.application_date),
        registered=spoken(right.registration_date),
        decided=spoken(right.decision_date),
        renewal=_renewal(right, day),
        same_name=queries.same_sign(db, right),
        holders=_holders(db, right, day),
        areas=areas,
        unmatched=unmatched(right.area_as_written, [one.area for one in areas]),
        decisions=_decisions(db, right),
        documents=documents_of(db, "right", [right.id])[right.id] if staff else [],
        document_kinds=KINDS,
        users=users,
        users_next=next_path(request, users),
        users_previous=previous_path(request, users),
        bearing=sorted(bearing.items()),
        linkable=_linkable(db, actor, right, bearing) if actor.officer else [],
        happened=history(db, words, right, Cut(limit=SHOWN_EVENTS)).items if staff else [],
        forms=forms,
        may_change=actor.officer,
        of_department=staff,
    )
    return show(request, "rights/one.html", view, status=422 if forms.wrong else 200)


def users_of(db: Session, actor: Actor, day: date, right: IpRight, cut: Cut) -> Page[UserRow]:
    page = queries.list_use_rights(db, actor=actor, cut=cut, right_id=right.id)
    return page.having(user_rows(db, page.items, day))


def history(db: Session, words: Translator, right: IpRight, cut: Cut) -> Page[Happened]:
    """Return the history of a right, its decisions and all that hangs on it, newest first."""
    page = list_events(db, cut=cut, subject_kind="right", subject_id=right.id)
    return page.map(lambda event: tell(event, RIGHT_TERMS, words))


def _renewal(right: IpRight, day: date) -> RenewalView | None:
    found = renewal_on(RightType(right.type), right.expires_on, day)
    if right.expires_on is None or found is Renewal.NEVER or right.ended_on is not None:
        return None
    return RenewalView(
        found.value,
        RENEWAL_WORDS[found],
        renewal_opens(right.expires_on),
        right.expires_on,
        grace_ends(right.expires_on),
    )


def _holders(db: Session, right: IpRight, day: date) -> list[HolderRow]:
    found = holders_of(db, [right.id])[right.id]
    names = entity_names_of(db, [one.entity_id for one in found if one.entity_id])
    return [
        HolderRow(
            one,
            HolderRole(one.role).label,
            names.get(one.entity_id or 0, ""),
            _holds(one, day),
        )
        for one in sorted(found, key=lambda one: one.role == HolderRole.MANAGER)
    ]


def _areas(db: Session, right: IpRight, day: date) -> list[AreaRow]:
    found = areas_of(db, [right.id])[right.id]
    units = units_of(db, [one.place_code for one in found if one.place_code])
    rows = []
    for one in found:
        name, until = units.get(one.place_code or "", ("", None))
        gone = until if until is not None and until < day else None
        rows.append(AreaRow(one, name, gone, _holds(one, day)))
    return rows


def _holds(one: RightHolder | RightArea, day: date) -> bool:
    return (one.from_day is None or one.from_day <= day) and (
        one.to_day is None or day <= one.to_day
    )


def _decisions(db: Session, right: IpRight) -> list[DecisionRow]:
    """Return the decisions on a right, the latest first, each annulled one with what did that."""
    found = decisions_of(db, [right.id])[right.id]
    annulled = {one.annuls_id: one for one in found if one.annuls_id}
    return [
        DecisionRow(
            one,
            DecisionKind(one.kind).label,
            spoken(one.decided_on),
            annulled.get(one.id),
            may_annul=one.id not in annulled and one.kind != DecisionKind.REGISTERED,
        )
        for one in reversed(found)
        if one.kind != DecisionKind.ANNULLED
    ]


def _linkable(
    db: Session, actor: Actor, right: IpRight, bearing: dict[int, str]
) -> list[tuple[str, str]]:
    if right.type != RightType.TRADEMARK or right.owner_entity_id is None:
        return []
    cut, owner = Cut(limit=MAX_CHOICES), right.owner_entity_id
    found = list_products(db, actor=actor, cut=cut, entity_id=owner, status="active")
    return [(str(one.id), one.name) for one in found.items if one.id not in bearing]
