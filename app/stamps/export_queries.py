from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound, Words
from app.kit.i18n import N_
from app.products.models import Product, ProductPack
from app.stamps.allotment_models import Allotment
from app.stamps.batch_queries import get_batch
from app.stamps.layout import JobSpec, SheetWords
from app.stamps.models import Batch, Export
from app.stamps.preset_queries import ANY_PRESET, Chosen
from app.stamps.presets import PRESETS, frozen, thawed

Form = Literal["short", "gs1"]

_WORDS: Final = {
    "sheet": N_("Sheet"),
    "stamps": N_("Stamps no."),
    "activate": N_("Scan to activate this sheet"),
    "roll": N_("Roll"),
    "quantity": N_("Quantity"),
    "activate_roll": N_("Scan to activate this roll"),
}
_BATCH_LABEL: Final = N_("Stamp batch {number}")
_GTIN_DIGITS: Final = 14


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
    """Return the record of the same subject, format, form, preset, range and reason."""
    query = select(Export).where(
        Export.batch_id == wanted.batch_id,
        Export.allotment_id == wanted.allotment_id,
        Export.format == wanted.format,
        Export.form == wanted.form,
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


def out_alone(db: Session, wanted: Export, *, allotment_id: int | None) -> int:
    """Return how many codes one person alone has, with those of this file of a batch.

    Files that overlap count once, and all batches of an allotment together: to cut a large file
    into small ones, or to take an allotment batch by batch, helps nobody. Others who ask for
    codes of it wait until this transaction ends.
    """
    allotment_id = allotment_id or 0
    db.get(Allotment, allotment_id, with_for_update={"key_share": True})
    alone = (Export.confirmed_at.is_(None), Export.state != "asked")
    whole = select(Export.id).where(Export.allotment_id == allotment_id, *alone)
    if db.scalar(whole.limit(1)) is not None:
        of_all = select(func.sum(Batch.granted)).where(Batch.allotment_id == allotment_id)
        return int(db.scalar(of_all) or 0)
    related = or_(Batch.id == wanted.batch_id, Batch.allotment_id == allotment_id)
    query = select(Export.batch_id, Export.first, Export.count).join(
        Batch, Batch.id == Export.batch_id
    )
    runs = [
        (row.batch_id, row.first, row.count) for row in db.execute(query.where(related, *alone))
    ]
    total, reached = 0, (0, 0)
    for batch_id, first, count in sorted([*runs, (wanted.batch_id, wanted.first, wanted.count)]):
        # The first that is not counted yet, and the end of this run.
        start = max((batch_id, first), reached)
        reached = max((batch_id, first + count), reached)
        total += reached[1] - start[1]
    return total


def names_of_product(db: Session, *, product_id: int) -> tuple[str, str]:
    """Return the names of a product and of its entity."""
    query = (
        select(Product.name, Entity.name)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Product.id == product_id)
    )
    product, entity = db.execute(query).one()
    return product, entity


def gtin_of(db: Session, batch: Batch) -> str | None:
    """Return the GTIN-14 of the pack a batch is for, else of its product, where there is one."""
    query = (
        select(ProductPack.gtin, Product.gtin)
        .select_from(Product)
        .outerjoin(ProductPack, ProductPack.id == batch.pack_id)
        .where(Product.id == batch.product_id)
    )
    pack, product = db.execute(query).one()
    found = pack or product
    return found.zfill(_GTIN_DIGITS) if found else None


def gtins_of(db: Session, batch_id: int) -> set[str]:
    """Return every GTIN-14 that stands for a batch's stamps: today's, and those once printed.

    A printed code can't be mended: a stamp keeps its address after its product's GTIN changed.
    """
    batch = db.get_one(Batch, batch_id)
    found = {gtin_of(db, batch)} | {
        gtin.zfill(_GTIN_DIGITS)
        for gtin in db.scalars(select(Product.gtin).where(Product.id == batch.product_id))
        if gtin
    }
    of_batch = (Export.batch_id == batch_id) & (Export.form == "gs1")
    found |= {facts.get("gtin") for facts in db.scalars(select(Export.facts).where(of_batch))}
    if batch.allotment_id is not None:
        of_allotment = Export.allotment_id == batch.allotment_id
        for facts in db.scalars(select(Export.facts).where(of_allotment)):
            parts = facts.get("parts", [])
            found |= {part.get("gtin") for part in parts if part["batch_id"] == batch_id}
    return {gtin for gtin in found if gtin}


def facts_of(
    db: Session, batch: Batch, *, base_url: str, words: Words, chosen: Chosen, form: Form
) -> dict[str, Any]:
    """Return what stands on every stamp of the batch and on its sheets, and how they lie."""
    product, entity = names_of_product(db, product_id=batch.product_id)
    return {
        "base_url": base_url,
        "label": words.gettext(_BATCH_LABEL).format(number=batch.id),
        "product": product,
        "entity": entity,
        "gtin": gtin_of(db, batch) if form == "gs1" else None,
        "preset_name": chosen.name,
        "grid": frozen(chosen.preset),
        **{name: words.gettext(text) for name, text in _WORDS.items()},
    }


def spec_of(facts: Mapping[str, Any], *, preset: str, first: int) -> JobSpec:
    """Return the printing job of frozen facts, the running numbers beginning with `first`."""
    grid = facts.get("grid")
    usual = SheetWords()
    return JobSpec(
        preset=thawed(grid) if grid else PRESETS[preset or ANY_PRESET],
        base_url=facts["base_url"],
        batch_label=facts["label"],
        product=facts["product"],
        entity=facts["entity"],
        gtin14=facts.get("gtin"),
        first_number=first,
        words=SheetWords(**{name: facts.get(name) or getattr(usual, name) for name in _WORDS}),
    )
