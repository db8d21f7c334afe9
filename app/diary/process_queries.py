from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import ProductionProcess
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.products.queries import get_product


class NoSuchProcess(NotFound):
    """The product has no such version of its process"""

    code = "diary.process_not_found"
    detail = N_("It may belong to somebody else. Load the product again.")


def list_processes(db: Session, *, actor: Actor, product_id: int) -> list[ProductionProcess]:
    """Return the versions of how a product is made, the latest first."""
    product = get_product(db, product_id, actor=actor)
    query = select(ProductionProcess).where(ProductionProcess.product_id == product.id)
    return list(db.scalars(query.order_by(ProductionProcess.version.desc())))


def get_process(db: Session, process_id: int, *, product_id: int) -> ProductionProcess:
    found = db.get(ProductionProcess, process_id)
    if found is None or found.product_id != product_id:
        raise NoSuchProcess
    return found
