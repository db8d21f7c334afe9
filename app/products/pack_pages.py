"""The forms of a product's packs, and the pages of the programme's sub-groups."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Role
from app.kit.exports import AsFile
from app.kit.forms import Filled, Form, Sent, filled_from
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words
from app.products import pack_actions, queries, subgroup_actions, subgroup_queries
from app.products.file_pages import subgroups_file
from app.products.models import OcopSubgroup, Product, ProductPack
from app.products.pack_api import PackIn, VersionIn
from app.products.pages import UNITS
from app.products.rules import OcopGroup

router = APIRouter(
    prefix="/office/products/{product_id}/packs", route_class=OnceRoute, include_in_schema=False
)
subgroup_router = APIRouter(
    prefix="/office/subgroups", route_class=OnceRoute, include_in_schema=False
)

SAVED = sayable(N_("The pack was saved."))
RETIRED = sayable(N_("The pack was retired. You can bring it back."))
RESTORED = sayable(N_("The pack is in use again."))
VERSION_ADDED = sayable(N_("The new version of the list was added."))
GROUPS: Final = {one.value: one.label for one in OcopGroup}


@dataclass(frozen=True)
class PackFormView:
    """The form that adds or changes a pack."""

    form: Filled
    product: Product
    pack: ProductPack | None
    units: list[tuple[str, str]]


@dataclass(frozen=True)
class SubgroupsView:
    """One version of the list of sub-groups, and the versions there are."""

    versions: list[str]
    version: str
    subgroups: list[OcopSubgroup]
    groups: dict[str, str]
    may_add: bool


@dataclass(frozen=True)
class VersionFormView:
    """The form that adds a version of the list of sub-groups."""

    form: Filled
    groups: dict[str, str]


@router.get("/new")
def new_pack(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    return _pack_form(request, product, Filled())


@router.post("/new")
def add_pack(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()

    def save(given: PackIn) -> None:
        pack_actions.add_pack(db, actor=actor, now=now, product_id=product_id, **given.model_dump())

    wrong = submit(db, PackIn, sent, words, save)
    if wrong is not None:
        return _pack_form(request, product, wrong)
    return go(f"/office/products/{product_id}", say=SAVED)


@router.get("/{pack_id}/edit")
def edit_pack(
    request: Request, db: Db, actor: CurrentActor, product_id: Id, pack_id: Id
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    pack = queries.get_part(db, ProductPack, pack_id, product_id=product.id)
    return _pack_form(request, product, filled_from(pack, PackIn.model_fields), pack)


@router.post("/{pack_id}/edit")
def change_pack(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
    pack_id: Id,
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    pack = queries.get_part(db, ProductPack, pack_id, product_id=product.id)

    def save(given: PackIn) -> None:
        facts = given.model_dump() | {"product_id": product_id, "pack_id": pack_id}
        pack_actions.change_pack(db, actor=actor, now=now, **facts)

    wrong = submit(db, PackIn, sent, words, save)
    if wrong is not None:
        return _pack_form(request, product, wrong, pack)
    return go(f"/office/products/{product_id}", say=SAVED)


@router.post("/{pack_id}/retire")
def retire_pack(db: Db, actor: CurrentActor, now: Now, product_id: Id, pack_id: Id) -> Response:
    pack_actions.retire_pack(db, actor=actor, now=now, product_id=product_id, pack_id=pack_id)
    return go(f"/office/products/{product_id}", say=RETIRED)


@router.post("/{pack_id}/restore")
def restore_pack(db: Db, actor: CurrentActor, now: Now, product_id: Id, pack_id: Id) -> Response:
    pack_actions.restore_pack(db, actor=actor, now=now, product_id=product_id, pack_id=pack_id)
    return go(f"/office/products/{product_id}", say=RESTORED)


@subgroup_router.get("")
def subgroups(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    version: str = "",
    file: AsFile = None,
) -> Response:
    actor.require_department()
    versions = subgroup_queries.list_versions(db)
    chosen = version if version in versions else next(iter(versions), "")
    found = subgroup_queries.list_subgroups(db, chosen)
    if file:
        return subgroups_file(file, found, GROUPS, words)
    view = SubgroupsView(
        versions=versions,
        version=chosen,
        subgroups=found,
        groups=GROUPS,
        may_add=Role.ADMINISTRATOR in actor.roles,
    )
    return show(request, "products/subgroups.html", view)


@subgroup_router.get("/new")
def new_version(request: Request, actor: CurrentActor) -> Response:
    actor.require_role(Role.ADMINISTRATOR)
    return _version_form(request, Filled())


@subgroup_router.post("/new")
def add_version(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_role(Role.ADMINISTRATOR)
    _, content = sent.files.get("list", ("", b""))
    lines = sent.text("lines") or content.decode("utf-8-sig", errors="replace")
    whole = Sent({**sent.fields, "lines": lines}, {})

    def save(given: VersionIn) -> None:
        subgroup_actions.add_version(db, actor=actor, now=now, **given.model_dump())

    wrong = submit(db, VersionIn, whole, words, save)
    if wrong is not None:
        return _version_form(request, wrong)
    return go(f"/office/subgroups?version={sent.text('version')}", say=VERSION_ADDED)


def _pack_form(
    request: Request, product: Product, form: Filled, pack: ProductPack | None = None
) -> Response:
    view = PackFormView(form, product, pack, UNITS)
    return show(request, "products/pack.html", view, status=422 if form.wrong else 200)


def _version_form(request: Request, form: Filled) -> Response:
    view = VersionFormView(form, GROUPS)
    return show(request, "products/subgroup_new.html", view, status=422 if form.wrong else 200)
