"""What certificates products lack of what the policy asks for: a few statements for any."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from app.certificates.models import CertificatePolicy
from app.certificates.policy import Lack, PolicyFacts, lacking, policy_on
from app.certificates.queries import facts_of, list_policies, policy_facts
from app.certificates.rules import CertificateFacts
from app.entities.practice_queries import real
from app.products.models import Product
from app.products.rules import ProductStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A product that a policy would keep from activation."""

    product_id: int
    product: str
    entity_id: int
    lacks: tuple[Lack, ...]


def lacks_of(db: Session, products: Collection[int], *, day: date) -> dict[int, tuple[Lack, ...]]:
    """Return what lacks of what is asked for; a product nothing is asked of is left out."""
    policies = [policy_facts(one) for one in list_policies(db)]
    if all(one.empty for one in policies):
        return {}
    query: Executable = select(Product.id, Product.entity_id, Product.ocop_group).where(
        Product.id.in_(products)
    )
    rows = db.execute(query).all()
    asked = {row.id: policy_on(policies, row.ocop_group, day) for row in rows}
    asked = {key: one for key, one in asked.items() if one is not None and not one.empty}
    found = facts_of(db, {row.entity_id for row in rows if row.id in asked})
    return {
        row.id: lacking(asked[row.id], _of(found[row.entity_id], row.id), day)
        for row in rows
        if row.id in asked
    }


def touched_by(
    db: Session, policy: PolicyFacts, *, day: date, most: int
) -> tuple[int, list[Touched]]:
    """Return how many products on the market a policy would keep from activation, and the first.

    It is asked as if it stood alone for its group beside all others as they will be on the day.
    """
    others = [policy_facts(one) for one in list_policies(db)]
    query: Executable = (
        select(Product.id, Product.name, Product.entity_id, Product.ocop_group)
        .where(Product.status == ProductStatus.ACTIVE, real(Product.entity_id))
        .order_by(Product.folded, Product.id)
    )
    rows = [
        row
        for row in db.execute(query)
        if policy_on([*others, policy], row.ocop_group, day) is policy
    ]
    found = facts_of(db, {row.entity_id for row in rows})
    kept = [
        Touched(product_id=row.id, product=row.name, entity_id=row.entity_id, lacks=lacks)
        for row in rows
        if (lacks := lacking(policy, _of(found[row.entity_id], row.id), day))
    ]
    return len(kept), kept[:most]


def asks(db: Session) -> bool:
    """Tell whether anything was ever asked for."""
    return db.scalar(select(CertificatePolicy.id).limit(1)) is not None


def _of(found: Collection[CertificateFacts], product_id: int) -> list[CertificateFacts]:
    return [one for one in found if one.product_id in {None, product_id}]
