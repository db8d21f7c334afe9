"""A producer's own certificates on the phone, and what of them ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.certificates.need_queries import lacks_of
from app.certificates.ocop_queries import OcopRow, ocop_rows
from app.certificates.policy import Lack
from app.certificates.queries import facts_of
from app.certificates.row_queries import CertificateRow, rows_of
from app.certificates.rules import Status, over_from
from app.entities.queries import list_by_ids
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.pages import show
from app.kit.paging import Cut
from app.kit.web import Db, Edge, Now
from app.products.models import OcopCertificate, Product
from app.products.queries import certificates_of, list_products

router = APIRouter(prefix="/app/certificates", route_class=Edge, include_in_schema=False)

MOST = 200


@dataclass(frozen=True)
class Wanting:
    """A product whose stamps can't be activated for want of a certificate."""

    product: Product
    lacks: tuple[Lack, ...]


@dataclass(frozen=True)
class OwnView:
    """What a producer holds, what ends first on top; and what its products lack."""

    entities: Sequence[str]
    wanting: list[Wanting]
    rows: list[CertificateRow]
    ocop: list[OcopRow]


@router.get("")
def own_certificates(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    day = day_of(now)
    mine = sorted(actor.memberships)
    products = _products(db, actor)
    lacks = lacks_of(db, [one.id for one in products], day=day)
    view = OwnView(
        entities=[one.name for one in list_by_ids(db, mine, actor=actor)],
        wanting=[Wanting(one, lacks[one.id]) for one in products if lacks.get(one.id)],
        rows=_held(db, mine, day),
        ocop=_ocop(db, products, day),
    )
    return show(request, "certificates/own.html", view)


def _products(db: Session, actor: Actor) -> list[Product]:
    """Return the products of those the reader belongs to, of the Department's people none."""
    return [
        one
        for entity_id in sorted(actor.memberships)
        for one in list_products(
            db, actor=actor, cut=Cut(limit=MOST, sort="name"), entity_id=entity_id, status="active"
        ).items
    ]


def _held(db: Session, entities: Sequence[int], day: date) -> list[CertificateRow]:
    found = [one for some in facts_of(db, entities).values() for one in some]
    rows = rows_of(db, found, day)
    return sorted(rows, key=lambda row: (row.status is not Status.IN_FORCE, over_from(row.facts)))


def _ocop(db: Session, products: Sequence[Product], day: date) -> list[OcopRow]:
    found: list[OcopCertificate] = [
        one for some in certificates_of(db, [one.id for one in products]).values() for one in some
    ]
    return sorted(ocop_rows(db, found, day), key=lambda row: row.certificate.valid_to, reverse=True)
