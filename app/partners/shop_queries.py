from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.partners.models import Listing


def count_shops(db: Session, *, product_id: int) -> int:
    """Return how many shops are known to sell a product."""
    query = select(func.count(Listing.partner_id.distinct())).where(
        Listing.product_id == product_id, Listing.state == "confirmed"
    )
    return db.scalar(query) or 0
