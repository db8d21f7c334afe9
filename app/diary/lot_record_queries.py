"""What the records of a lot, its product and its producer say of its completeness."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.diary.models import Lot
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.places.models import Place
from app.products.models import Product, ProductPack, ProductPicture, ProductStandard

_any_place = aliased(Facility)
_sole_place = (
    select(func.max(_any_place.location_code))
    .where(_any_place.entity_id == Lot.entity_id, _any_place.retired_on.is_(None))
    .having(func.count() == 1)
    .scalar_subquery()
)
_RECORDS: Final = (
    select(
        Lot.id,
        Product.name.label("product_name"),
        exists().where(ProductPicture.product_id == Product.id).label("has_picture"),
        Entity.name.label("maker"),
        exists().where(Place.code == Entity.commune_code).label("has_commune"),
        Entity.address,
        or_(
            Product.gtin.is_not(None),
            Product.own_code != "",
            exists().where(
                ProductPack.product_id == Product.id,
                ProductPack.gtin.is_not(None),
                ProductPack.retired_on.is_(None),
            ),
        ).label("has_code"),
        # A producer with one place makes everything there, and the number of its site will do.
        func.coalesce(
            func.nullif(Facility.location_code, ""), func.nullif(_sole_place, ""), Entity.gln, ""
        ).label("place"),
        Product.shelf_life_days,
        select(func.count())
        .where(ProductStandard.product_id == Product.id, ProductStandard.retired_on.is_(None))
        .scalar_subquery()
        .label("standards"),
        Product.status.label("product_status"),
        Entity.status.label("entity_status"),
    )
    .join(Product, Product.id == Lot.product_id)
    .join(Entity, Entity.id == Lot.entity_id)
    .outerjoin(Facility, Facility.id == Lot.facility_id)
    .where(Lot.id.in_(bindparam("lots", expanding=True)))
)


def records_of(db: Session, lots: Collection[Lot]) -> dict[int, dict[str, Any]]:
    """Return by lot what its own record and those of its product and producer say."""
    of_lots = {lot.id: lot for lot in lots}
    found = {}
    for row in db.execute(_RECORDS, {"lots": list(of_lots)}):
        lot = of_lots[row.id]
        found[row.id] = {
            "product_name": row.product_name,
            "has_picture": row.has_picture,
            "maker": row.maker,
            "has_commune": row.has_commune,
            "address": row.address,
            "has_code": row.has_code,
            "has_location": bool(row.place),
            "produced_on": lot.production_date,
            "has_shelf_life": row.shelf_life_days is not None,
            "expires_on": lot.expiry_date,
            "standards": row.standards,
            "material": lot.material,
            "product_active": row.product_status == "active",
            "entity_active": row.entity_status == "active",
        }
    return found
