"""Producers' own links, kept by the owner or an officer, and the hosts they may lead to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.db import Database
from app.kit.destinations import OutboundRefused
from app.kit.errors import Conflict
from app.kit.hosts import checked_host
from app.kit.i18n import N_
from app.kit.outbound import Outbound
from app.kit.text import clean_text
from app.products.actions import note
from app.products.link_models import LinkHost, ProductLink
from app.products.link_queries import DEAD, allowed_hosts, due_links, get_host, list_links
from app.products.links import checked_kind, checked_link
from app.products.models import Product
from app.products.queries import get_part, get_product, lock_product

MOST: Final = 20
CHECK_EVERY: Final = timedelta(days=7)
CHECKER: Final = Actor(account_id=None, label="system")
_FOUND: Final = 400
# Some servers know no HEAD, or tell a program to come back with a browser.
_NO_HEAD: Final = frozenset({403, 405, 429, 501})
_STANDS: Final = frozenset({401, 403, 429})


class TooManyLinks(Conflict):
    """The product has as many links as a page can bear"""

    code: ClassVar[str] = "products.too_many_links"
    detail: ClassVar[str] = N_("There are {most} already. Take one off first.")
    field = "url"

    def __init__(self) -> None:
        self.most = MOST


class LinkThere(Conflict):
    """The product has this link already"""

    code: ClassVar[str] = "products.link_there"
    detail: ClassVar[str] = N_("Change the link that is there, or choose another type or language.")
    field = "url"


class HostThere(Conflict):
    """The host is on the list already"""

    code: ClassVar[str] = "products.host_there"
    detail: ClassVar[str] = N_("There is nothing to add.")
    field = "host"


def add_link(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    **facts: Any,  # noqa: ANN401 - url, title, language and rel of ProductLink
) -> ProductLink:
    """Add a link, live at once: by the owner or an officer, to a host on the list."""
    product = _product(db, actor, product_id)
    if len(list_links(db, product.id)) >= MOST:
        raise TooManyLinks
    link = ProductLink(product_id=product.id, made_at=now)
    _apply(db, link, facts)
    db.add(link)
    db.flush()
    note(db, actor, now, "product.link.add", product, None, {"id": link.id} | facts)
    return link


def change_link(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    link_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> ProductLink:
    """Change a link in use; it counts as unchecked then."""
    product = _product(db, actor, product_id)
    link = get_part(db, ProductLink, link_id, product_id=product.id)
    names = (*facts, "host", "failures")
    before = {name: getattr(link, name) for name in names}
    _apply(db, link, facts)
    link.checked_at, link.failures, link.fault = None, 0, ""
    db.flush()
    one = {"id": link.id}
    after = {name: getattr(link, name) for name in names}
    note(db, actor, now, "product.link.change", product, one | before, one | after)
    return link


def retire_link(
    db: Session, *, actor: Actor, now: datetime, product_id: int, link_id: int
) -> ProductLink:
    """Take a link off; to do so twice changes nothing."""
    product = _product(db, actor, product_id)
    link = get_part(db, ProductLink, link_id, product_id=product.id)
    if link.retired_on is None:
        link.retired_on = day_of(now)
        db.flush()
        told = {"id": link.id, "url": link.url, "title": link.title}
        note(db, actor, now, "product.link.retire", product, told, None)
    return link


def allow_host(db: Session, *, actor: Actor, now: datetime, host: str) -> LinkHost:
    """Let links lead to a host and to those under it. Officers only."""
    actor.require_officer()
    named = checked_host(host, field="host")
    if db.get(LinkHost, named) is not None:
        raise HostThere
    made = LinkHost(host=named, allowed_at=now, allowed_by=actor.label)
    db.add(made)
    db.flush()
    record(db, by=actor, now=now, action="link_host.allow", subject_id=named)
    return made


def refuse_host(db: Session, *, actor: Actor, now: datetime, host: str) -> None:
    """Take a host off the list: links to it are kept, but no longer shown. Officers only."""
    actor.require_officer()
    db.delete(get_host(db, host))
    db.flush()
    record(db, by=actor, now=now, action="link_host.refuse", subject_id=host)


def check_links(
    database: Database,
    outbound: Outbound,
    *,
    clock: Callable[[], datetime],
    every: timedelta = CHECK_EVERY,
    limit: int = 1000,
) -> list[tuple[str, str]]:
    """Ask each link's server whether the page is still there; return the faults by address.

    A request each, with no transaction open while it is waited for.
    """
    with database.begin(write=False) as db:
        due = due_links(db, before=clock() - every, limit=limit)
    found = []
    for link_id, url in due:
        fault = _fault(outbound, url)
        with database.begin() as db:
            link = db.get_one(ProductLink, link_id)
            # Changed while its old address was asked: that answer is not about it.
            if link.url == url:
                _checked(db, link, fault, clock())
        if fault:
            found.append((url, fault))
    return found


def _checked(db: Session, link: ProductLink, fault: str, now: datetime) -> None:
    """Keep what a check found; the trail is told where the page gains or loses the link by it."""
    before = link.failures
    link.checked_at, link.fault = now, fault
    link.failures = before + 1 if fault else 0
    if (before < DEAD) != (link.failures < DEAD):
        product = db.get_one(Product, link.product_id)
        one = {"id": link.id, "url": link.url}
        told = one | {"failures": before}, one | {"failures": link.failures}
        note(db, CHECKER, now, "product.link.check", product, *told)


def _fault(outbound: Outbound, url: str) -> str:
    """Return what is wrong with an address: a status, the code of an error, or nothing."""
    try:
        answer = outbound.head(url)
        if answer.status in _NO_HEAD:
            answer = outbound.get(url)
    except OutboundRefused as error:
        return error.code
    # What moved, or asks for a browser or an account, is there.
    stands = answer.status < _FOUND or answer.status in _STANDS
    return "" if stands else str(answer.status)


def _product(db: Session, actor: Actor, product_id: int) -> Product:
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    return lock_product(db, product.id)


def _apply(db: Session, link: ProductLink, facts: dict[str, Any]) -> None:
    """Check and set url, title, language and rel; the facts become what is stored."""
    checked_kind(facts["rel"], facts["language"])
    facts["url"], link.host = checked_link(facts["url"], allowed_hosts(db))
    facts["title"] = clean_text(facts["title"], field="title", limit=120)
    for other in list_links(db, link.product_id):
        same = (other.url, other.rel, other.language) == tuple(
            facts[name] for name in ("url", "rel", "language")
        )
        if other.id != link.id and same:
            raise LinkThere
    for name, value in facts.items():
        setattr(link, name, value)
