"""A product's own links, on the phone and in the office, and the hosts they may lead to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, filled_from
from app.kit.hosts import is_under
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import SEEN, as_said, beside, check_said, submit
from app.kit.web import Db, Id, Now, Words
from app.products import link_actions
from app.products.file_pages import links_file
from app.products.link_api import HostIn, LinkIn
from app.products.link_models import LinkHost, ProductLink
from app.products.link_queries import (
    DEAD,
    LinkRow,
    allowed_hosts,
    list_all_links,
    list_hosts,
    list_links,
)
from app.products.links import LANGUAGES, RELS
from app.products.models import Product
from app.products.queries import get_part, get_product, lock_product

app_router = APIRouter(
    prefix="/app/products/{product_id}/links", route_class=OnceRoute, include_in_schema=False
)
office_router = APIRouter(
    prefix="/office/products/{product_id}/links", route_class=OnceRoute, include_in_schema=False
)
host_router = APIRouter(prefix="/office/links", route_class=OnceRoute, include_in_schema=False)

SAVED = sayable(N_("The link was saved."))
RETIRED = sayable(N_("The link was taken off."))
ALLOWED = sayable(N_("Links may lead to this host now."))
REFUSED = sayable(N_("The host is off the list. Its links are no longer shown."))
HOSTS_PATH: Final = "/office/links"


class LinkForm(LinkIn):
    """A link as its form sends it, with what it said when the form was opened."""

    seen: str = ""


@dataclass(frozen=True)
class LinksView:
    """A product's links in use, which of them are open and alive, and where links may lead."""

    product: Product
    home: str
    rows: list[LinkRow]
    hosts: list[str]
    rels: dict[str, str]
    languages: dict[str, str]
    may_change: bool


@dataclass(frozen=True)
class LinkFormView:
    """The form of a link, new or in use."""

    form: Filled
    product: Product
    home: str
    link: ProductLink | None
    hosts: list[str]
    rels: dict[str, str]
    languages: dict[str, str]


@dataclass(frozen=True)
class HostsView:
    """Every link in use, and the hosts on the list."""

    form: Filled
    page: Page[LinkRow]
    next: str | None
    previous: str | None
    hosts: list[LinkHost]
    rels: dict[str, str]
    dead: int
    may_change: bool


def _home(request: Request, product_id: int) -> str:
    return f"/{request.url.path.split('/')[1]}/products/{product_id}"


def show_links(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    product = get_product(db, product_id, actor=actor)
    if _on_phone(request):
        actor.require_member(product.entity_id)
    allowed = allowed_hosts(db)
    rows = [
        LinkRow(one, product.name, "", is_under(one.host, allowed))
        for one in list_links(db, product.id)
    ]
    owns = actor.memberships.get(product.entity_id) == "owner"
    view = LinksView(
        product=product,
        home=_home(request, product.id),
        rows=rows,
        hosts=sorted(allowed),
        rels=RELS,
        languages=LANGUAGES,
        may_change=owns or actor.officer,
    )
    return show(request, _template(request, "links"), view)


def new_link(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    return _form(request, db, product, Filled({"language": "vi"}))


def add_link(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)

    def save(given: LinkIn) -> None:
        link_actions.add_link(db, actor=actor, now=now, product_id=product_id, **given.model_dump())

    wrong = submit(db, LinkIn, sent, words, save)
    if wrong is not None:
        return _form(request, db, product, wrong)
    return go(f"{_home(request, product_id)}/links", say=SAVED)


def edit_link(
    request: Request, db: Db, actor: CurrentActor, product_id: Id, link_id: Id
) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    link = get_part(db, ProductLink, link_id, product_id=product.id)
    return _form(request, db, product, _said(link), link)


def _said(link: ProductLink) -> Filled:
    return as_said(filled_from(link, LinkIn.model_fields))


def change_link(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
    link_id: Id,
) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    link = get_part(db, ProductLink, link_id, product_id=product.id)

    def save(given: LinkForm) -> None:
        lock_product(db, product_id)
        db.refresh(link)
        check_said(_said(link), given.seen)
        facts = given.model_dump(exclude={SEEN}) | {"product_id": product_id, "link_id": link_id}
        link_actions.change_link(db, actor=actor, now=now, **facts)

    def stale() -> Filled:
        return beside(sent, _said(link), words, _speaker(words))

    wrong = submit(db, LinkForm, sent, words, save, stale=stale)
    if wrong is not None:
        return _form(request, db, product, wrong, link)
    return go(f"{_home(request, product_id)}/links", say=SAVED)


def _speaker(words: Translator) -> Callable[[str, str], str]:
    """Return what words a link's field: a type and a language as they are offered."""
    labels = {"rel": RELS, "language": LANGUAGES}

    def speak(name: str, value: str) -> str:
        return words.gettext(labels[name][value]) if name in labels else value

    return speak


def retire_link(
    request: Request, db: Db, actor: CurrentActor, now: Now, product_id: Id, link_id: Id
) -> Response:
    link_actions.retire_link(db, actor=actor, now=now, product_id=product_id, link_id=link_id)
    return go(f"{_home(request, product_id)}/links", say=RETIRED)


for one in (app_router, office_router):
    one.add_api_route("", show_links, methods=["GET"])
    one.add_api_route("/new", new_link, methods=["GET"])
    one.add_api_route("/new", add_link, methods=["POST"])
    one.add_api_route("/{link_id}/edit", edit_link, methods=["GET"])
    one.add_api_route("/{link_id}/edit", change_link, methods=["POST"])
    one.add_api_route("/{link_id}/retire", retire_link, methods=["POST"])


@host_router.get("")
def hosts(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
) -> Response:
    actor.require_department()

    def read(part: Cut) -> Page[LinkRow]:
        return list_all_links(db, cut=part)

    if file:
        return links_file(file, every(read, cut), words)
    return _hosts(request, db, actor.officer, cut, Filled())


@host_router.post("")
def allow_host(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: NewestFirst,
    sent: Form,
) -> Response:
    actor.require_officer()

    def save(given: HostIn) -> None:
        link_actions.allow_host(db, actor=actor, now=now, host=given.host)

    wrong = submit(db, HostIn, sent, words, save)
    if wrong is not None:
        return _hosts(request, db, True, cut, wrong)
    return go(HOSTS_PATH, say=ALLOWED)


@host_router.post("/{host}/refuse")
def refuse_host(db: Db, actor: CurrentActor, now: Now, host: str) -> Response:
    link_actions.refuse_host(db, actor=actor, now=now, host=host)
    return go(HOSTS_PATH, say=REFUSED)


def _hosts(request: Request, db: Session, may_change: bool, cut: Cut, form: Filled) -> Response:  # noqa: FBT001 - whether the reader is an officer
    page = list_all_links(db, cut=cut)
    view = HostsView(
        form=form,
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        hosts=list_hosts(db),
        rels=RELS,
        dead=DEAD,
        may_change=may_change,
    )
    return show(request, "products/link_hosts.html", view, status=422 if form.wrong else 200)


def _form(
    request: Request,
    db: Session,
    product: Product,
    form: Filled,
    link: ProductLink | None = None,
) -> Response:
    view = LinkFormView(
        form=form,
        product=product,
        home=_home(request, product.id),
        link=link,
        hosts=sorted(allowed_hosts(db)),
        rels=RELS,
        languages=LANGUAGES,
    )
    status = 422 if form.wrong else 200
    return show(request, _template(request, "link"), view, status=status)


def _on_phone(request: Request) -> bool:
    return request.url.path.startswith("/app/")


def _template(request: Request, name: str) -> str:
    """Return the phone's or the office's frame of a page that both have."""
    return f"products/own_{name}.html" if _on_phone(request) else f"products/{name}.html"
