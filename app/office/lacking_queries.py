"""Lots whose stamps wait for what their diary lacks, and harvests before their time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from app.diary.completeness import Check
from app.diary.gate_queries import early_takings, list_clearances
from app.diary.items import Missing
from app.diary.models import DiaryContent, DiaryEntry, Lot
from app.diary.rules import LotState
from app.diary.template import Template
from app.diary.template_models import ProcessTemplateVersion
from app.diary.withdrawal import TAKING, TREATING, Early
from app.entities.models import Entity
from app.kit.paging import Cut, Page, trimmed
from app.kit.text import fold
from app.office.diary_queries import Wanted
from app.oversight.blocking_queries import lacking_of
from app.products.models import Product
from app.stamps.models import Batch, Span
from app.stamps.rules import State

# What a lot lacks is reckoned, not looked up: so many are read at a time, and so many at most for
# a page, which then says that there may be more.
_STEP: Final = 100
_MOST_STEPS: Final = 5


@dataclass(frozen=True)
class Lacking:
    """A lot with what keeps its stamps from being activated; `early` waits for a clearance."""

    lot: Lot
    product: str
    entity: str
    missing: tuple[Check, ...]
    early: tuple[Early, ...] = ()


def list_incomplete(db: Session, *, wanted: Wanted, cut: Cut) -> Page[Lacking]:
    """Return lots that lack something while received stamps of their product wait, oldest first.

    `cut.after` is the last lot looked at. A lot that has stamps already is not among them.
    """
    received = (
        select(Batch.product_id)
        .join(Span, Span.batch_id == Batch.id)
        .where(Span.state == State.RECEIVED)
    )
    asked = [Lot.product_id.in_(received), ~exists().where(Span.lot_id == Lot.id)]
    return _sifted(db, asked, wanted, cut, lambda one: bool(one.missing))


def list_early(db: Session, *, wanted: Wanted, cut: Cut) -> Page[Lacking]:
    """Return lots that were harvested or packed within a withdrawal period, not let pass yet."""
    treated = exists().where(
        DiaryEntry.lot_id == Lot.id,
        DiaryEntry.kind.in_(TREATING),
        DiaryContent.entry_id == DiaryEntry.id,
        or_(
            DiaryContent.facts["withdrawal_days"].as_string().is_not(None),
            Lot.template_version_id.in_(_with_periods(db)),
        ),
    )
    taken = exists().where(DiaryEntry.lot_id == Lot.id, DiaryEntry.kind.in_(TAKING))

    def is_early(one: Lacking) -> bool:
        return any(check.item is Missing.HARVESTED_EARLY for check in one.missing)

    page = _sifted(db, [taken, treated], wanted, cut, is_early)
    return page.map(
        lambda one: Lacking(
            one.lot, one.product, one.entity, one.missing, _not_cleared(db, one.lot)
        )
    )


def _with_periods(db: Session) -> list[int]:
    """Return the versions of templates in which a stage opens a period by itself."""
    versions = db.execute(select(ProcessTemplateVersion.id, ProcessTemplateVersion.body))
    return [
        row.id
        for row in versions
        if any(stage.withdrawal_days for stage in Template.of(row.body).stages)
    ]


def _not_cleared(db: Session, lot: Lot) -> tuple[Early, ...]:
    cleared = {
        one.entry_id: one.until for one in list_clearances(db, lot.id) if one.until is not None
    }
    return tuple(
        one
        for one in early_takings(db, lot)
        if one.work.entry_id not in cleared or cleared[one.work.entry_id] < one.period.until
    )


def _sifted(
    db: Session,
    asked: Sequence[ColumnElement[bool]],
    wanted: Wanted,
    cut: Cut,
    keep: Callable[[Lacking], bool],
) -> Page[Lacking]:
    found: list[Lacking] = []
    after = cut.after
    for _ in range(_MOST_STEPS):
        rows = db.execute(_candidates(asked, wanted, after, back=cut.back).limit(_STEP)).all()
        missing = lacking_of(db, [row.Lot for row in rows], now=wanted.now)
        lacking = [Lacking(row.Lot, row.product, row.entity, missing[row.Lot.id]) for row in rows]
        found += filter(keep, lacking)
        if len(found) > cut.limit or len(rows) < _STEP:
            return trimmed(found[: cut.limit + 1], cut, lambda one: one.lot.id)
        after = rows[-1].Lot.id
    page = trimmed(found, cut, lambda one: one.lot.id)
    return replace(page, before=after) if cut.back else replace(page, after=after)


def _candidates(
    asked: Sequence[ColumnElement[bool]], wanted: Wanted, after: int, *, back: bool
) -> Select[*tuple[Any, ...]]:
    query = (
        select(Lot, Product.name.label("product"), Entity.name.label("entity"))
        .join(Product, Product.id == Lot.product_id)
        .join(Entity, Entity.id == Lot.entity_id)
        .where(
            *asked,
            Lot.state != LotState.DISTRIBUTED,
            Lot.material == "",
            Entity.practice.is_(False),
            Entity.status == "active",
        )
    )
    if wanted.entity_id is not None:
        query = query.where(Lot.entity_id == wanted.entity_id)
    if wanted.text:
        text = fold(wanted.text)
        query = query.where(
            or_(
                Entity.folded.contains(text, autoescape=True),
                Product.folded.contains(text, autoescape=True),
            )
        )
    if back:
        return query.where(Lot.id < after).order_by(Lot.id.desc())
    return query.where(Lot.id > after).order_by(Lot.id)
