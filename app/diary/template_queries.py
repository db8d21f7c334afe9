"""Process templates and their versions, and which of them a lot is kept by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.diary.models import Lot, ProductionProcess
from app.diary.processes import in_force
from app.diary.template import PLAIN, Template, named_in
from app.diary.template_models import (
    ProcessTemplate,
    ProcessTemplateDraft,
    ProcessTemplateVersion,
)
from app.identity.rules import Actor
from app.kit.errors import NotFound, Words
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.products.models import Product

SORTED: Final = (ProcessTemplate.folded,)
MOST_OFFERED: Final = 500


@dataclass(frozen=True, slots=True)
class VersionName:
    """What a version is called: its template, and its number."""

    template: ProcessTemplate
    version: int

    @property
    def path(self) -> str:
        return f"/office/templates/{self.template.id}/versions/{self.version}"

    def say(self, words: Words) -> str:
        name = named_in(words.language, self.template.name, self.template.name_en)
        return words.gettext(N_("{name}, version {number}")).format(name=name, number=self.version)


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


def get_template(db: Session, template_id: int, *, actor: Actor) -> ProcessTemplate:
    """Return a template; one that was never published is the Department's own."""
    found = db.get(ProcessTemplate, template_id)
    if found is None or not (actor.of_department or latest_versions(db, [found.id])):
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


def list_templates(
    db: Session, *, actor: Actor, cut: Cut, text: str = "", retired: bool | None = None
) -> Page[ProcessTemplate]:
    """Return a page of the templates: everybody signed in reads what is published."""
    query = select(ProcessTemplate)
    if not actor.of_department:
        published = select(ProcessTemplateVersion.template_id)
        query = query.where(ProcessTemplate.id.in_(published))
    if text:
        query = query.where(ProcessTemplate.folded.contains(fold(text), autoescape=True))
    if retired is not None:
        gone = ProcessTemplate.retired_at.is_not(None)
        query = query.where(gone if retired else ~gone)
    page: Page[ProcessTemplate] = take(db, query, ProcessTemplate.id, cut, {"name": SORTED})
    return page


def find_version(db: Session, version_id: int) -> ProcessTemplateVersion | None:
    return db.get(ProcessTemplateVersion, version_id)


def find_by_code(db: Session, code: str) -> ProcessTemplate | None:
    return db.scalars(select(ProcessTemplate).where(ProcessTemplate.code == code)).one_or_none()


def list_versions(db: Session, template_id: int) -> list[ProcessTemplateVersion]:
    """Return the versions of a template, the latest first."""
    query = select(ProcessTemplateVersion).where(ProcessTemplateVersion.template_id == template_id)
    return list(db.scalars(query.order_by(ProcessTemplateVersion.version.desc())))


def latest_versions(db: Session, template_ids: Iterable[int]) -> dict[int, ProcessTemplateVersion]:
    """Return the latest version of each template that has one."""
    newest = (
        select(func.max(ProcessTemplateVersion.id))
        .where(ProcessTemplateVersion.template_id.in_(set(template_ids)))
        .group_by(ProcessTemplateVersion.template_id)
    )
    query = select(ProcessTemplateVersion).where(ProcessTemplateVersion.id.in_(newest))
    return {one.template_id: one for one in db.scalars(query)}


def drafts_of(db: Session, template_ids: Iterable[int]) -> dict[int, ProcessTemplateDraft]:
    query = select(ProcessTemplateDraft).where(
        ProcessTemplateDraft.template_id.in_(set(template_ids))
    )
    return {one.template_id: one for one in db.scalars(query)}


def offered_versions(db: Session) -> list[tuple[ProcessTemplate, ProcessTemplateVersion]]:
    """Return what a product may take: the latest version of each template that is in use."""
    query = (
        select(ProcessTemplate)
        .where(ProcessTemplate.retired_at.is_(None))
        .order_by(ProcessTemplate.folded)
        .limit(MOST_OFFERED)
    )
    templates = list(db.scalars(query))
    latest = latest_versions(db, (one.id for one in templates))
    return [(one, latest[one.id]) for one in templates if one.id in latest]


def names_of_versions(db: Session, ids: Iterable[int | None]) -> dict[int, VersionName]:
    """Return template and number of versions by the versions' ids."""
    query = (
        select(ProcessTemplateVersion.id, ProcessTemplateVersion.version, ProcessTemplate)
        .join(ProcessTemplate, ProcessTemplate.id == ProcessTemplateVersion.template_id)
        .where(ProcessTemplateVersion.id.in_({one for one in ids if one is not None}))
    )
    return {id_: VersionName(template, version) for id_, version, template in db.execute(query)}


def users_of(
    db: Session, template_id: int, *, actor: Actor, limit: int
) -> list[tuple[ProductionProcess, Product, int]]:
    """Return processes taken from a template with their product and the version's number.

    Those of products the actor may see, the latest process of each product only.
    """
    latest = select(func.max(ProductionProcess.id)).group_by(ProductionProcess.product_id)
    query = (
        select(ProductionProcess, Product, ProcessTemplateVersion.version)
        .join(Product, Product.id == ProductionProcess.product_id)
        .join(
            ProcessTemplateVersion,
            ProcessTemplateVersion.id == ProductionProcess.template_version_id,
        )
        .where(ProcessTemplateVersion.template_id == template_id, ProductionProcess.id.in_(latest))
        .order_by(Product.folded, Product.id)
    )
    if (scope := actor.scope()) is not None:
        query = query.where(ProductionProcess.entity_id.in_(scope))
    return [(one, product, number) for one, product, number in db.execute(query.limit(limit))]


def find_draft(db: Session, template_id: int) -> ProcessTemplateDraft | None:
    return db.get(ProcessTemplateDraft, template_id)


def version_in_force(db: Session, product_id: int, day: date) -> int | None:
    """Return the template's version that the product's process of that day was taken from."""
    query = select(ProductionProcess).where(ProductionProcess.product_id == product_id)
    found = in_force(list(db.scalars(query)), day)
    return found.template_version_id if found else None
