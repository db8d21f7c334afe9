"""Process templates and their versions, and which of them a lot is kept by."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot, ProductionProcess
from app.diary.processes import in_force
from app.diary.template import PLAIN, Template
from app.diary.template_models import (
    ProcessTemplate,
    ProcessTemplateDraft,
    ProcessTemplateVersion,
)
from app.kit.errors import NotFound
from app.kit.i18n import N_


class NoSuchTemplate(NotFound):
    """There is no such process template"""

    code = "diary.template_not_found"
    detail = N_("The address may be mistyped. Look for it in the list of templates.")


def template_of(db: Session, lot: Lot) -> Template:
    """Return what the lot's diary is kept by, whatever its product has taken since."""
    return templates_of(db, (lot,))[lot.id]


def templates_of(db: Session, lots: Iterable[Lot]) -> dict[int, Template]:
    """Return by lot what its diary is kept by; the plain template where it has none."""
    lots = list(lots)
    versions = find_templates(db, (lot.template_version_id for lot in lots))
    return {lot.id: versions.get(lot.template_version_id or 0, PLAIN) for lot in lots}


def find_templates(db: Session, ids: Iterable[int | None]) -> dict[int, Template]:
    """Return the templates of versions by the versions' ids; for none there is none.

    A version never changes, so that what was read once in a session is not read again.
    """
    known: dict[int, Template] = db.info.setdefault("process_templates", {})
    wanted = {one for one in ids if one is not None}
    if unknown := wanted - known.keys():
        query = select(ProcessTemplateVersion).where(ProcessTemplateVersion.id.in_(unknown))
        known |= {one.id: Template.of(one.body) for one in db.scalars(query)}
        db.info["process_templates"] = known
    return {one: known[one] for one in wanted}


def get_template(db: Session, template_id: int) -> ProcessTemplate:
    found = db.get(ProcessTemplate, template_id)
    if found is None:
        raise NoSuchTemplate
    return found


def get_version(db: Session, template_id: int, version: int) -> ProcessTemplateVersion:
    """Return a version of a template by its number."""
    query = select(ProcessTemplateVersion).where(
        ProcessTemplateVersion.template_id == template_id,
        ProcessTemplateVersion.version == version,
    )
    found = db.scalars(query).one_or_none()
    if found is None:
        raise NoSuchTemplate
    return found


def find_draft(db: Session, template_id: int) -> ProcessTemplateDraft | None:
    return db.get(ProcessTemplateDraft, template_id)


def version_in_force(db: Session, product_id: int, day: date) -> int | None:
    """Return the template's version that the product's process of that day was taken from."""
    query = select(ProductionProcess).where(ProductionProcess.product_id == product_id)
    found = in_force(list(db.scalars(query)), day)
    return found.template_version_id if found else None
