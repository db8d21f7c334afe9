"""What a producer should know or do, derived from the records each time it is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.diary.decision_queries import count_waiting
from app.diary.decision_queries import list_waiting as list_late
from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notices import RECALL
from app.diary.reach_queries import stopped_lots
from app.diary.silence_queries import list_own_silent
from app.diary.standing_queries import Notice as Against
from app.diary.standing_queries import standing_of
from app.entities.proposal_queries import ACCEPTED, REFUSED, list_own
from app.identity.rules import Actor, Belonging
from app.kit.clock import day_of, start_of
from app.kit.db import beyond_fence
from app.kit.i18n import N_
from app.kit.paging import Cut
from app.oversight.inspection_own_queries import list_open_measures
from app.oversight.inspection_queries import list_own_inspections
from app.products.models import Product
from app.products.own_queries import list_own as list_own_products
from app.stamps.batch_queries import counts_of
from app.stamps.models import Batch, Refusal
from app.stamps.phone_queries import list_own_batches, list_to_confirm, quotas_of_owner
from app.stamps.phone_rights_queries import Standing, standings
from app.stamps.rules import BatchState, Move, State
from app.stamps.standing import withdrawn

LOOKED_BACK: Final = timedelta(days=60)
# Without a setting of its own, as long as the office waits.
SILENT: Final = timedelta(days=14)
AHEAD: Final = timedelta(days=60)
# A quota of which this much is granted is nearly used.
NEARLY: Final = 0.9
MOST_REFUSALS: Final = 20
# Of what was made from a recalled lot so many lots are named, the newest.
MOST_MADE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to know; `due` where something is to be done about it.

    `label` is a msgid with holes for `facts`; `detail` is what somebody wrote. A refused
    activation tells its error's `code` and figures instead.
    """

    label: str
    at: datetime
    path: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    due: bool = False
    code: str = ""


def list_notices(
    db: Session, *, actor: Actor, now: datetime, silent: timedelta = SILENT
) -> list[Notice]:
    """Return what the members of the actor's entities should know, the newest first.

    Who keeps a lot is reminded once its diary was `silent` for so long.
    """
    found = [
        *_diaries(db, actor, now - silent),
        *_stamps(db, actor, now),
        *_refusals(db, actor, now),
        *_quotas(db, actor, now),
        *_proposals(db, actor, now),
        *_rights(db, actor, now),
        *_inspections(db, actor, now),
        *_lots(db, actor),
        *_made(db, actor),
        *_products(db, actor),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def count_due(db: Session, *, actor: Actor, now: datetime, silent: timedelta = SILENT) -> int:
    """Return how many notices ask for something to be done."""
    return sum(one.due for one in list_notices(db, actor=actor, now=now, silent=silent))


def _diaries(db: Session, actor: Actor, since: datetime) -> Iterator[Notice]:
    for one in list_own_silent(db, actor=actor, since=since):
        yield Notice(
            label=N_("Lot {lot}: nothing was written down since {date}"),
            facts={"lot": one.number, "date": one.last},
            at=one.last,
            path=f"/app/lots/{one.lot_id}/entries/new",
            due=True,
        )
    owner = Belonging.OWNER in actor.memberships.values()
    if owner and (late := list_late(db, actor=actor, own=True, limit=1)):
        yield Notice(
            label=N_("Entries recorded late that wait for the owner's approval: {count}"),
            facts={"count": count_waiting(db, actor=actor, own=True)},
            at=late[0].received_at,
            path="/app/approvals",
            due=True,
        )


def _stamps(db: Session, actor: Actor, now: datetime) -> Iterator[Notice]:
    for one in list_to_confirm(db, actor=actor):
        yield Notice(
            label=N_("Confirm what you received: {quantity} stamps of batch {batch}"),
            facts={"quantity": one.quantity, "batch": one.batch_id},
            at=one.at,
            path=f"/app/stamps/{one.batch_id}#handover-{one.id}",
            due=True,
        )
    batches = list_own_batches(db, actor=actor)
    for batch in batches:
        if batch.decided_at and batch.decided_at > now - LOOKED_BACK and not withdrawn(batch):
            yield _decided(batch, batch.decided_at)
    ending = [one for one in batches if one.lapses_on and one.lapses_on <= day_of(now + AHEAD)]
    counts = counts_of(db, [one.id for one in ending])
    for batch in ending:
        left = counts[batch.id][State.RECEIVED]
        if left and batch.lapses_on:
            yield _lapsing(batch, batch.lapses_on, left, now)


def _decided(batch: Batch, at: datetime) -> Notice:
    path = f"/app/stamps/{batch.id}"
    if batch.state == BatchState.REFUSED:
        label = N_("Your request for {quantity} stamps was refused")
        facts = {"quantity": batch.requested}
        return Notice(label=label, facts=facts, detail=batch.refusal, at=at, path=path)
    label = N_("{quantity} stamps were granted, batch {batch}")
    facts = {"quantity": batch.granted or 0, "batch": batch.id}
    return Notice(label=label, facts=facts, detail=batch.decision_no, at=at, path=path)


def _lapsing(batch: Batch, on: date, left: int, now: datetime) -> Notice:
    soon = on > day_of(now)
    return Notice(
        label=N_("{quantity} stamps of batch {batch} lapse on {date}: activate them before")
        if soon
        else N_("{quantity} stamps of batch {batch} lapsed on {date}: return them"),
        facts={"quantity": left, "batch": batch.id, "date": on},
        at=start_of(on - AHEAD if soon else on),
        path=f"/app/stamps/{batch.id}",
        due=True,
    )


def _refusals(db: Session, actor: Actor, now: datetime) -> Iterator[Notice]:
    own = frozenset(actor.memberships)
    query = (
        select(Refusal, Lot.entity_id.in_(own))
        .outerjoin(Batch, Batch.id == Refusal.batch_id)
        .outerjoin(Lot, Lot.id == Refusal.lot_id)
        .where(
            Refusal.action == Move.ACTIVATE,
            Refusal.at > now - LOOKED_BACK,
            or_(Batch.entity_id.in_(own), Lot.entity_id.in_(own)),
        )
    )
    for one, own_lot in db.execute(query.order_by(Refusal.id.desc()).limit(MOST_REFUSALS)):
        yield Notice(
            label=N_("An activation was refused: {title}"),
            facts=one.facts or {},
            at=one.at,
            path=f"/app/lots/{one.lot_id}" if own_lot else f"/app/stamps/{one.batch_id}",
            code=one.code,
        )


def _quotas(db: Session, actor: Actor, now: datetime) -> Iterator[Notice]:
    for one in quotas_of_owner(db, actor=actor, now=now):
        if one.used >= one.quota.quantity * NEARLY:
            yield Notice(
                label=N_("The quota of {year} is nearly used: {left} of {quantity} stamps left"),
                facts={
                    "year": str(one.quota.year),
                    "left": max(one.left, 0),
                    "quantity": one.quota.quantity,
                },
                at=one.quota.set_at,
                path="/app/stamps/new",
            )


def _proposals(db: Session, actor: Actor, now: datetime) -> Iterator[Notice]:
    labels = {
        ACCEPTED: N_("Your proposed change was accepted"),
        REFUSED: N_("Your proposed change was refused"),
    }
    for one in list_own(db, actor=actor):
        if one.decided_at and one.decided_at > now - LOOKED_BACK and one.state in labels:
            area = "products" if one.subject_kind == "product" else "entities"
            path = f"/app/{area}/{one.subject_id}"
            yield Notice(label=labels[one.state], detail=one.reason, at=one.decided_at, path=path)


def _rights(db: Session, actor: Actor, now: datetime) -> Iterator[Notice]:
    products = list_own_products(db, actor=actor)
    names = {product.id: product.name for product in products}
    for one in standings(db, products=list(names), day=day_of(now), ahead=AHEAD):
        yield _right(one, names)


def _right(one: Standing, names: Mapping[int, str]) -> Notice:
    turn = one.turn
    return Notice(
        label=turn.label,
        facts={"what": one.what, "product": names[one.product_id], "date": turn.on},
        detail=turn.reason,
        at=start_of(turn.since),
        path=f"/app/products/{one.product_id}",
        due=turn.due,
    )


def _inspections(db: Session, actor: Actor, now: datetime) -> Iterator[Notice]:
    """Tell of results that were signed, and of what has to be done after them."""
    for measure in list_open_measures(db, actor=actor):
        late = measure.deadline < day_of(now)
        yield Notice(
            label=N_("Overdue since {date}, to be done after an inspection")
            if late
            else N_("To be done after an inspection, by {date}"),
            facts={"date": measure.deadline},
            detail=measure.text,
            at=measure.recorded_at,
            path=f"/app/inspections/{measure.inspection_id}#m{measure.id}",
            due=True,
        )
    newest = list_own_inspections(db, actor=actor, cut=Cut(limit=MOST_REFUSALS, newest=True))
    for one in newest.items:
        if one.signed_at and one.signed_at > now - LOOKED_BACK:
            yield Notice(
                label=N_("The result of the inspection of {date} is there, with its minutes"),
                facts={"date": one.held_on},
                detail=one.summary,
                at=one.signed_at,
                path=f"/app/inspections/{one.id}",
            )


def _lots(db: Session, actor: Actor) -> Iterator[Notice]:
    query = (
        select(LotNotice, Lot.number, Product.name)
        .join(Lot, Lot.id == LotNotice.lot_id)
        .join(Product, Product.id == Lot.product_id)
        .where(LotNotice.lifted_at.is_(None), Lot.entity_id.in_(frozenset(actor.memberships)))
    )
    for one, number, product in db.execute(query):
        yield Notice(
            label=N_("Product recall of lot {lot}, {product}")
            if one.kind == "recall"
            else N_("Sale of lot {lot} is stopped, {product}"),
            facts={"lot": number, "product": product},
            detail=one.reason,
            at=one.set_at,
            path=f"/app/lots/{one.lot_id}",
            due=True,
        )


def _made(db: Session, actor: Actor) -> Iterator[Notice]:
    """Tell of own lots that were made from what is recalled or stopped, each notice once."""
    own = Lot.entity_id.in_(frozenset(actor.memberships))
    query = select(Lot.id, Lot.number, Lot.product_id).where(own, Lot.id.in_(stopped_lots()))
    # What stands against a source may be of another producer's lot.
    with beyond_fence(db):
        rows = db.execute(query.order_by(Lot.id.desc()).limit(MOST_MADE)).all()
    lots = {lot_id: (number, product_id) for lot_id, number, product_id in rows}
    standing = standing_of(db, [(product_id, lot_id) for lot_id, (_, product_id) in lots.items()])
    told: dict[tuple[int, bool], tuple[Against, list[int]]] = {}
    for (_, lot_id), against in standing.items():
        for one in (against.recall, against.hold):
            if one is not None and one.via is not None and lot_id is not None:
                kept = told.setdefault((one.id, one.lot_id is None), (one, []))
                kept[1].append(lot_id)
    for one, ids in told.values():
        via = one.via
        yield Notice(
            label=N_("Recalled, for they were made from lot {source} of {entity}: lots {lots}")
            if one.kind == RECALL
            else N_("Sale stopped, for they were made from lot {source} of {entity}: lots {lots}"),
            facts={
                "source": via.number if via else "",
                "entity": via.entity if via else "",
                "lots": ", ".join(lots[one][0] for one in sorted(ids)),
            },
            detail=one.reason,
            at=one.since,
            path=f"/app/lots/{max(ids)}",
            due=True,
        )


def _products(db: Session, actor: Actor) -> Iterator[Notice]:
    query = (
        select(ProductNotice, Product)
        .join(Product, Product.id == ProductNotice.product_id)
        .where(
            ProductNotice.lifted_at.is_(None),
            Product.entity_id.in_(frozenset(actor.memberships)),
        )
    )
    for one, product in db.execute(query):
        yield Notice(
            label=N_("Product recall: {product}")
            if one.kind == "recall"
            else N_("Sale of {product} is stopped"),
            facts={"product": product.name},
            detail=one.reason,
            at=one.set_at,
            path=f"/app/products/{product.id}/hold",
            due=True,
        )
