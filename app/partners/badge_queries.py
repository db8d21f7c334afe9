from datetime import date

from sqlalchemy.orm import Session

from app.lookup.lot_queries import list_standing
from app.partners.badges import BadgeFacts
from app.partners.verify_queries import find_product_id, states_of
from app.products.models import Product
from app.products.queries import NoSuchProduct


def get_badge(db: Session, written: str, *, day: date) -> BadgeFacts:
    """Return what a product's badge depends on, by the product's id, its GTIN or a pack's.

    Raises NoSuchProduct.
    """
    product_id = find_product_id(db, written)
    found = states_of(db, [product_id], day=day) if product_id is not None else []
    if not found:
        raise NoSuchProduct
    state = found[0]
    lots = [one for one in list_standing(db, state.id) if one.kind == "recall" and not one.whole]
    return BadgeFacts(
        product_id=state.id,
        product=state.name,
        entity=state.entity,
        own_code=db.get_one(Product, state.id).own_code,
        retired=state.retired or state.dissolved,
        recalled=state.standing.recall is not None,
        held=state.standing.hold is not None,
        some_recalled=bool(lots),
        certificate=state.certificate,
        badges=state.badges,
    )
