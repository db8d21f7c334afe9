"""Certificates, each made straight in the database."""

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.certificates.models import Certificate
from app.certificates.rules import number_key
from app.entities.models import Entity
from app.kit.text import fold
from app.products.models import OcopCertificate, Product
from tests import make

_serial = count(1)


def certificate(
    db: Session,
    *,
    of: Entity,
    product: Product | None = None,
    **facts: Any,  # noqa: ANN401 - the columns of the record
) -> Certificate:
    given: dict[str, Any] = {
        "kind": "food_safety",
        "number": f"{next(_serial):03d}/2025/NNPTNT-CM",
        "issuer": "Chi cục Quản lý chất lượng",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2027, 12, 31),
        "public": True,
    } | facts
    made = Certificate(
        entity_id=of.id,
        product_id=product.id if product else None,
        number_key=number_key(given["number"]),
        folded=fold(given["number"]),
        recorded_at=make.NOW,
        recorded_by="Cán bộ",
        updated_at=make.NOW,
        **given,
    )
    db.add(made)
    db.flush()
    return made


def ocop(db: Session, *, of: Product, **facts: Any) -> OcopCertificate:  # noqa: ANN401 - as above
    given: dict[str, Any] = {
        "stars": 4,
        "decision_no": f"{next(_serial)}/QĐ-UBND",
        "issuer": "UBND tỉnh Cà Mau",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2027, 12, 31),
    } | facts
    made = OcopCertificate(product_id=of.id, **given)
    db.add(made)
    db.flush()
    return made
