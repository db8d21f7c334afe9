"""What is off, derived from the records each time it is asked: nothing has to be kept true."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, aliased

from app.diary.models import Lot, LotNotice, ProductNotice
from app.entities.models import Entity
from app.kit.clock import day_of
from app.kit.i18n import N_
from app.office import stamp_alert_queries
from app.office.stamp_alert_queries import AHEAD, PATIENCE, Rows
from app.oversight.inspection_models import Measure
from app.oversight.models import Report
from app.oversight.rules import ReportState
from app.partners.models import Partner
from app.partners.webhook_models import WebhookEndpoint
from app.products.models import OcopCertificate, Product
from app.rights.models import IpRight, UseRight


@dataclass(frozen=True)
class Alert:
    """One thing that is off: of whom, what exactly, since or until when, and where to mend it."""

    entity: str
    what: str
    day: date | datetime | None
    path: str


@dataclass(frozen=True)
class Group:
    """Alerts of one kind; `label` and `advice` are msgids."""

    name: str
    label: str
    advice: str
    alerts: list[Alert]


def list_off(db: Session, *, now: datetime, limit: int = 20) -> list[Group]:
    """Return what is off by kind, each cut after `limit`; kinds without any are left out."""
    found = [
        Group(name, label, advice, [_alert(row) for row in db.execute(read(now).limit(limit))])
        for name, label, advice, read in _KINDS
    ]
    return [group for group in found if group.alerts]


def count_off(db: Session, *, now: datetime) -> int:
    """Return how many things are off."""
    counts = (
        db.scalar(select(func.count()).select_from(read(now).order_by(None).subquery()))
        for _, _, _, read in _KINDS
    )
    return sum(count or 0 for count in counts)


def _alert(row: Any) -> Alert:  # noqa: ANN401 - a row of any of the kinds
    entity, what, day, kind, key = row
    return Alert(entity, what, day, _PATHS[kind].format(id=key))


_PATHS: Final = {
    "batch": "/office/batches/{id}",
    "exports": "/office/batches/{id}/exports",
    "lot": "/office/lots/{id}",
    "product": "/office/products/{id}",
    "report": "/office/reports/{id}",
    "measure": "/office/measures/{id}",
    "recall": "/office/products/{id}/recall",
    "right": "/office/rights/{id}",
    "use_right": "/office/use-rights/{id}",
    "hooks": "/office/partners/{id}/webhooks",
}


def _said(text: str) -> Any:  # noqa: ANN401 - a literal column
    return literal(text)


def _lots(_now: datetime) -> Rows:
    return (
        select(Entity.name, Lot.number, LotNotice.set_at, _said("lot"), Lot.id)
        .select_from(LotNotice)
        .join(Lot, Lot.id == LotNotice.lot_id)
        .join(Entity, Entity.id == Lot.entity_id)
        .where(LotNotice.lifted_at.is_(None), Entity.practice.is_(False))
        .order_by(LotNotice.set_at)
    )


def _products(_now: datetime) -> Rows:
    return (
        select(Entity.name, Product.name, ProductNotice.set_at, _said("recall"), Product.id)
        .select_from(ProductNotice)
        .join(Product, Product.id == ProductNotice.product_id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(ProductNotice.lifted_at.is_(None), Entity.practice.is_(False))
        .order_by(ProductNotice.set_at)
    )


def _certificates(now: datetime) -> Rows:
    renewed = aliased(OcopCertificate)
    later = select(renewed.id).where(
        renewed.product_id == Product.id,
        renewed.valid_to > day_of(now) + AHEAD,
        renewed.revoked_on.is_(None),
        renewed.struck_at.is_(None),
    )
    return (
        select(Entity.name, Product.name, OcopCertificate.valid_to, _said("product"), Product.id)
        .select_from(OcopCertificate)
        .join(Product, Product.id == OcopCertificate.product_id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(
            OcopCertificate.valid_to.between(day_of(now), day_of(now) + AHEAD),
            OcopCertificate.revoked_on.is_(None),
            OcopCertificate.struck_at.is_(None),
            Product.status == "active",
            ~later.exists(),
        )
        .order_by(OcopCertificate.valid_to)
    )


def _use_rights(now: datetime) -> Rows:
    return (
        select(Entity.name, IpRight.sign, UseRight.valid_to, _said("use_right"), UseRight.id)
        .select_from(UseRight)
        .join(IpRight, IpRight.id == UseRight.right_id)
        .join(Product, Product.id == UseRight.product_id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(
            UseRight.valid_to.between(day_of(now), day_of(now) + AHEAD),
            UseRight.ended_on.is_(None),
            Entity.status == "active",
        )
        .order_by(UseRight.valid_to)
    )


def _reports(now: datetime) -> Rows:
    return (
        select(
            func.coalesce(Entity.name, ""),
            Report.reference,
            Report.sent_at,
            _said("report"),
            Report.id,
        )
        .select_from(Report)
        .outerjoin(Entity, Entity.id == Report.entity_id)
        .where(Report.state != ReportState.CLOSED, Report.sent_at < now - PATIENCE)
        .order_by(Report.sent_at)
    )


def _measures(now: datetime) -> Rows:
    late = Measure.deadline < day_of(now)
    return (
        select(
            func.coalesce(Entity.name, ""),
            Measure.text,
            Measure.deadline,
            _said("measure"),
            Measure.id,
        )
        .select_from(Measure)
        .outerjoin(Entity, Entity.id == Measure.entity_id)
        .where(Measure.done_on.is_(None), late)
        .order_by(Measure.deadline)
    )


def _unchecked(_now: datetime) -> Rows:
    return (
        select(_said(""), IpRight.sign, IpRight.created_at, _said("right"), IpRight.id)
        .where(IpRight.checked_on.is_(None))
        .order_by(IpRight.id)
    )


def _webhooks(_now: datetime) -> Rows:
    # Its address is the shop's own affair: it may hold what lets one in.
    return (
        select(_said(""), Partner.name, WebhookEndpoint.updated_at, _said("hooks"), Partner.id)
        .select_from(WebhookEndpoint)
        .join(Partner, Partner.id == WebhookEndpoint.partner_id)
        .where(WebhookEndpoint.state == "disabled", Partner.retired_at.is_(None))
        .order_by(WebhookEndpoint.updated_at)
    )


Kind = tuple[str, str, str, Callable[[datetime], Rows]]
_KINDS: Final[Iterable[Kind]] = (
    (
        "received_otherwise",
        N_("Received another quantity than was handed over"),
        N_("Ask the producer, then reconcile the batch."),
        stamp_alert_queries.received_otherwise,
    ),
    (
        "unconfirmed",
        N_("Receipt not confirmed for a week"),
        N_("Ask the producer to confirm the quantity on the phone."),
        stamp_alert_queries.unconfirmed,
    ),
    (
        "unsettled",
        N_("Differences without an explanation"),
        N_("Reconcile the batch again, with a reason for each difference."),
        stamp_alert_queries.unsettled,
    ),
    (
        "refused",
        N_("Activations refused in the last 30 days"),
        N_("Look at the reasons: too many stamps for a lot shows here first."),
        stamp_alert_queries.refused,
    ),
    (
        "lapsing",
        N_("Stamps that lapse within 60 days"),
        N_("Tell the producer to activate them, or take them back."),
        stamp_alert_queries.lapsing,
    ),
    (
        "failed",
        N_("Files for printing that failed"),
        N_("Ask for the file again."),
        stamp_alert_queries.failed,
    ),
    (
        "products",
        N_("Products recalled or on hold"),
        N_("Follow them until they are lifted."),
        _products,
    ),
    ("lots", N_("Lots recalled or on hold"), N_("Follow them until they are lifted."), _lots),
    (
        "certificates",
        N_("OCOP certificates that end within 60 days"),
        N_("After that day the stars no longer show."),
        _certificates,
    ),
    (
        "use_rights",
        N_("Use rights that end within 60 days"),
        N_("After that day the badge no longer shows."),
        _use_rights,
    ),
    (
        "measures",
        N_("Measures past their deadline"),
        N_("Ask the producer, look at what was answered, or arrange a re-check."),
        _measures,
    ),
    (
        "reports",
        N_("Reports from the public open for a week"),
        N_("Look into them: their reporters wait for an answer."),
        _reports,
    ),
    (
        "unchecked",
        N_("Rights not yet checked against their certificates"),
        N_("Until then they give no badge."),
        _unchecked,
    ),
    (
        "webhooks",
        N_("Webhooks of shops that were disabled"),
        N_("Tell the shop: it hears of no recall until its webhook goes on."),
        _webhooks,
    ),
)
