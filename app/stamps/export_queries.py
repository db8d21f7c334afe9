from typing import ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound, Words
from app.kit.i18n import N_
from app.products.models import Product
from app.stamps.batch_queries import get_batch
from app.stamps.layout import JobSpec, SheetWords
from app.stamps.models import Batch, Export
from app.stamps.presets import PRESETS

_SHEET_WORDS: Final = SheetWords(
    sheet=N_("Sheet"), stamps=N_("Stamps no."), activate=N_("Scan to activate this sheet")
)
_BATCH_LABEL: Final = N_("Stamp batch {number}")
# A list needs no grid; any gives the same addresses.
ANY_PRESET: Final = "40"


class NoSuchExport(NotFound):
    """There is no such file"""

    code: ClassVar[str] = "stamps.no_such_export"
    detail: ClassVar[str] = N_("Ask for it on the page of its batch.")


def get_export(db: Session, export_id: int, *, actor: Actor, batch_id: int) -> Export:
    """Return a record of the batch, to officers only: the files hold every code."""
    get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    export = db.get(Export, export_id)
    if export is None or export.batch_id != batch_id:
        raise NoSuchExport
    return export


def list_exports(db: Session, *, actor: Actor, batch_id: int) -> list[Export]:
    """Return the records of a batch, newest first."""
    get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    query = select(Export).where(Export.batch_id == batch_id).order_by(Export.id.desc())
    return list(db.scalars(query))


def find_same_export(db: Session, wanted: Export) -> Export | None:
    """Return the record of the same batch, format, preset, range and reason."""
    query = select(Export).where(
        Export.batch_id == wanted.batch_id,
        Export.format == wanted.format,
        Export.preset == wanted.preset,
        Export.first == wanted.first,
        Export.count == wanted.count,
        Export.reason == wanted.reason,
    )
    return db.scalars(query).one_or_none()


def find_waiting_export(db: Session) -> int | None:
    """Return the id of the record that has waited longest for its file."""
    query = select(Export.id).where(Export.state == "waiting").order_by(Export.id).limit(1)
    return db.scalar(query)


def names_of_product(db: Session, *, product_id: int) -> tuple[str, str]:
    """Return the names of a product and of its entity."""
    query = (
        select(Product.name, Entity.name)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Product.id == product_id)
    )
    product, entity = db.execute(query).one()
    return product, entity


def facts_of(db: Session, batch: Batch, *, base_url: str, words: Words) -> dict[str, str]:
    """Return what stands on every stamp of the batch and on its sheets.

    Every stamp bears the short form of its address; the GS1 form waits for the resolver that
    will answer it, for a printed code can't be mended.
    """
    product, entity = names_of_product(db, product_id=batch.product_id)
    return {
        "base_url": base_url,
        "label": words.gettext(_BATCH_LABEL).format(number=batch.id),
        "product": product,
        "entity": entity,
        "sheet": words.gettext(_SHEET_WORDS.sheet),
        "stamps": words.gettext(_SHEET_WORDS.stamps),
        "activate": words.gettext(_SHEET_WORDS.activate),
    }


def spec_of(facts: dict[str, str], *, preset: str, first: int) -> JobSpec:
    """Return the printing job of frozen facts, the running numbers beginning with `first`."""
    return JobSpec(
        preset=PRESETS[preset or ANY_PRESET],
        base_url=facts["base_url"],
        batch_label=facts["label"],
        product=facts["product"],
        entity=facts["entity"],
        first_number=first,
        words=SheetWords(facts["sheet"], facts["stamps"], facts["activate"]),
    )
