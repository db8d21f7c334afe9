"""The public register of rights: those an officer held against their certificates, no others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Executable, select
from sqlalchemy.orm import Bundle, Session

from app.entities.models import Entity
from app.kit.paging import Cut, Page, take
from app.lookup.register_queries import full_of
from app.lookup.right_parts import AreaPart, DecisionPart, HolderPart, RightRow, owner_shown
from app.lookup.right_search_queries import in_communes, sought
from app.lookup.right_words_queries import CONFIRMED, RightWords
from app.lookup.sheet import Place
from app.places import models as places
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.queries import right_facts
from app.rights.right_models import RightArea, RightDecision, RightHolder
from app.rights.rules import RightStatus, right_status

RIGHT_SORTS: Final = {"name": (IpRight.folded,)}
_STATUSES: Final[Mapping[str, frozenset[RightStatus]]] = {
    "in_force": frozenset({RightStatus.IN_FORCE}),
    "suspended": frozenset({RightStatus.SUSPENDED}),
    "over": frozenset({RightStatus.EXPIRED, RightStatus.ENDED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRights:
    """Which rights of the register are asked for."""

    text: str = ""
    type: str = ""
    commune: str = ""
    standing: str = ""


def list_rights(
    db: Session, *, day: date, cut: Cut, wanted: WantedRights, told: RightWords
) -> Page[RightRow]:
    """Return rights of the register by name; see `WantedRights`."""
    query = select(IpRight).where(*CONFIRMED, *sought(db, wanted.text, day, told))
    if wanted.type:
        query = query.where(IpRight.type == wanted.type)
    if wanted.commune:
        query = query.where(in_communes(db, [wanted.commune], day))
    if wanted.standing:
        query = query.where(_could_stand(wanted.standing, day))

    def read(part: Cut) -> Page[RightRow]:
        page = take(db, query, IpRight.id, part, RIGHT_SORTS)
        return page.having(right_rows(db, page.items, day))

    if not wanted.standing:
        return read(cut)
    fitting = _STATUSES[wanted.standing]
    return full_of(read, cut, lambda row: row.status in fitting)


def find_right(db: Session, right_id: int) -> IpRight | None:
    """Return a right of the register."""
    return db.scalars(select(IpRight).where(IpRight.id == right_id, *CONFIRMED)).one_or_none()


def right_rows(db: Session, rights: Iterable[IpRight], day: date) -> list[RightRow]:
    """Return rights as the register lists them on a day."""
    found = list(rights)
    names = public_names(db, {one.owner_entity_id for one in found})
    return [_row(one, names.get(one.owner_entity_id or 0, ""), day) for one in found]


def _row(right: IpRight, entity: str, day: date) -> RightRow:
    facts = right_facts(right)
    return RightRow(
        id=right.id,
        type=facts.type,
        sign=right.sign,
        goods=right.goods,
        number=right.registration_no_as_written or right.registration_no or "",
        owner=owner_shown(facts.type, right.owner, entity),
        owner_entity_id=right.owner_entity_id if entity else None,
        managing_body=owner_shown(facts.type, right.managing_body, ""),
        status=right_status(facts, day),
        facts=facts,
    )


def list_holders(db: Session, right: IpRight) -> list[HolderPart]:
    """Return who owned and managed a right, the latest first."""
    kind = RightType(right.type)
    query = (
        select(
            *(RightHolder.role, RightHolder.name, RightHolder.entity_id, RightHolder.document),
            *(RightHolder.from_day, RightHolder.to_day),
        )
        .where(RightHolder.right_id == right.id, RightHolder.struck_at.is_(None))
        .order_by(RightHolder.role.desc(), RightHolder.from_day.desc(), RightHolder.id.desc())
    )
    rows = db.execute(query).all()
    names = public_names(db, {row.entity_id for row in rows})
    found = []
    for row in rows:
        entity = names.get(row.entity_id, "")
        written = "" if row.entity_id and not entity else row.name
        if name := owner_shown(kind, written, entity):
            found.append(
                HolderPart(
                    role=row.role,
                    name=name,
                    entity_id=row.entity_id if entity else None,
                    from_day=row.from_day,
                    to_day=row.to_day,
                    document=row.document,
                )
            )
    return found


def list_areas(db: Session, right_id: int) -> list[AreaPart]:
    """Return the parts of a right's area, as their document names them."""
    query: Executable = (
        select(
            *(RightArea.as_written, RightArea.place_code, RightArea.from_day, RightArea.to_day),
            Bundle("place", places.Place.kind, places.Place.name, places.Place.name_en),
        )
        .outerjoin(places.Place, places.Place.code == RightArea.place_code)
        .where(RightArea.right_id == right_id, RightArea.struck_at.is_(None))
        .order_by(RightArea.as_written, places.Place.folded, RightArea.id)
    )
    return [
        AreaPart(
            as_written=row.as_written,
            place=Place(**row.place._asdict()) if row.place.name else None,
            code=row.place_code or "",
            from_day=row.from_day,
            to_day=row.to_day,
        )
        for row in db.execute(query)
    ]


def list_decisions(db: Session, right_id: int) -> list[DecisionPart]:
    """Return the decisions on a right that stand, the latest first: what was taken back is gone."""
    back = select(RightDecision.annuls_id).where(RightDecision.annuls_id.is_not(None))
    query = (
        select(
            *(RightDecision.kind, RightDecision.decision_no),
            *(RightDecision.decided_on, RightDecision.effective_on),
        )
        .where(
            RightDecision.right_id == right_id,
            RightDecision.kind != "annulled",
            RightDecision.id.not_in(back),
        )
        .order_by(RightDecision.id.desc())
    )
    return [DecisionPart(**row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's own name for a row by its columns


def public_names(db: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = set(ids) - {None}
    if not wanted:
        return {}
    query = select(Entity.id, Entity.name).where(Entity.id.in_(wanted), Entity.practice.is_(False))
    return {row.id: row.name for row in db.execute(query)}


def _could_stand(standing: str, day: date) -> ColumnElement[bool]:
    """Return the condition that whatever stands so meets; what else does, the rules tell."""
    ended = IpRight.ended_on.is_not(None) & (IpRight.ended_on <= day)
    if standing == "over":
        return ended | (IpRight.type != RightType.GI)
    if standing == "suspended":
        return IpRight.suspended_on.is_not(None)
    return IpRight.ended_on.is_(None) | (IpRight.ended_on > day)
