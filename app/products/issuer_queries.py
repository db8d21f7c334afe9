from sqlalchemy import select
from sqlalchemy.orm import Session

from app.products.issuers import IssuerRule, Level
from app.products.models import OcopIssuer


def list_issuers(db: Session) -> list[OcopIssuer]:
    """Return all that was ever said of issuers, by stars and the latest day first."""
    order = OcopIssuer.stars, OcopIssuer.valid_from.desc(), OcopIssuer.id.desc()
    return list(db.scalars(select(OcopIssuer).order_by(*order)))


def issuer_rules(db: Session) -> list[IssuerRule]:
    return [
        IssuerRule(
            id=one.id,
            stars=one.stars,
            level=Level(one.level) if one.level else None,
            valid_from=one.valid_from,
            source=one.source,
        )
        for one in list_issuers(db)
    ]
