from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from app.audit.actions import Author, Entry, record, record_many
from app.identity.rules import Actor
from app.kit.columns import Fault
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.imports import Fate
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note
from app.partners.listing_queries import (
    NoSuchListing,
    by_external,
    find_by_external,
    get_listing,
    products_named,
)
from app.partners.models import Listing
from app.partners.offers import Fated, Offer, ProductNotMade, ProductUnknown, checked, twins
from app.partners.queries import lock_partner
from app.partners.rules import ListingState
from app.products.models import Product
from app.products.queries import ProductRetired

_FIELDS: Final = ("url", "title", "product_id")


class ListingDecided(Conflict):
    """The offer is decided already"""

    code: ClassVar[str] = "partners.listing_decided"
    detail: ClassVar[str] = N_(
        "Load the list again: somebody else was faster, or it was withdrawn."
    )


class ReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "partners.reason_needed"
    detail: ClassVar[str] = N_("Write for the shop what is wrong with its offer.")
    field = "reason"


def propose_listings(
    db: Session, *, by: Author, now: datetime, partner_id: int, offers: Sequence[Offer]
) -> list[Fated]:
    """Keep what a partner says its offers are, row by row, and return what became of each.

    A row that is as it was changes nothing; one that differs waits for a decision again. The
    partner's rows are written one after the other, whoever sends them.
    """
    hosts = lock_partner(db, partner_id).hosts
    rows = [checked(one, hosts=hosts) for one in offers]
    twice = twins(rows)
    products = products_named(db, {one.product for one in rows})
    known = by_external(db, partner_id=partner_id, ids={one.external_id for one in rows})
    fates, kept = [], []
    for row in rows:
        product = products.get(row.product)
        faults = _faults(row, product, twice)
        if faults or product is None:
            fates.append(Fated(row.number, row.external_id, Fate.REFUSED, faults=faults))
        else:
            kept.append((row, product, *_keep(db, partner_id, known, row, product, now)))
    db.flush()
    entries = [
        _entry("listing.propose", listing, product, before)
        for _, product, listing, fate, before in kept
        if fate is not Fate.SAME
    ]
    record_many(db, by=by, now=now, entries=entries)
    fates += [
        Fated(row.number, row.external_id, fate, listing.id, listing.state)
        for row, _, listing, fate, _ in kept
    ]
    return sorted(fates, key=lambda one: one.number)


def _faults(row: Offer, product: Product | None, twice: dict[int, Fault]) -> list[Fault]:
    faults = list(row.faults)
    if row.number in twice:
        faults.append(twice[row.number])
    if row.product and product is None:
        faults.append(Fault.of(ProductUnknown(written=row.product)))
    if product is not None and product.status == "retired":
        faults.append(Fault.of(ProductNotMade()))
    return faults


def _keep(
    db: Session,
    partner_id: int,
    known: Mapping[str, Listing],
    row: Offer,
    product: Product,
    now: datetime,
) -> tuple[Listing, Fate, dict[str, Any] | None]:
    facts = {"url": row.url, "title": row.title, "product_id": product.id}
    listing = known.get(row.external_id)
    if listing is None:
        made = Listing(partner_id=partner_id, external_id=row.external_id, updated_at=now, **facts)
        made.state, made.reason, made.proposed_at = ListingState.PROPOSED, "", now
        db.add(made)
        return made, Fate.NEW, None
    before = {name: getattr(listing, name) for name in (*_FIELDS, "state")}
    differs = any(before[name] != value for name, value in facts.items())
    if not differs and listing.state != ListingState.WITHDRAWN:
        return listing, Fate.SAME, None
    for name, value in facts.items():
        setattr(listing, name, value)
    _decide(listing, ListingState.PROPOSED, now)
    listing.proposed_at = now
    return listing, Fate.CHANGED, before


def withdraw_listing(
    db: Session, *, by: Author, now: datetime, partner_id: int, external_id: str
) -> Listing:
    """Take a partner's own offer back; what is no longer there is as it should be."""
    lock_partner(db, partner_id)
    listing = find_by_external(db, partner_id=partner_id, external_id=external_id)
    if listing is None:
        raise NoSuchListing
    if listing.state == ListingState.WITHDRAWN:
        return listing
    before = {"state": listing.state}
    _decide(listing, ListingState.WITHDRAWN, now)
    db.flush()
    product = db.get_one(Product, listing.product_id)
    _note(db, by, now, _entry("listing.withdraw", listing, product, before))
    return listing


def confirm_listing(
    db: Session, *, actor: Actor, now: datetime, listing_id: int, seen: datetime | None = None
) -> Listing:
    """Say that an offer is this product. By its owner or an officer.

    With `seen`, of the offer as it was seen: a shop may have changed its address meanwhile.
    """
    listing, product = _held(db, actor, listing_id, seen)
    if listing.state not in {ListingState.PROPOSED, ListingState.REFUSED}:
        raise ListingDecided
    if product.status == "retired":
        raise ProductRetired
    before = {"state": listing.state}
    _decide(listing, ListingState.CONFIRMED, now, by=actor.label)
    db.flush()
    _note(db, actor, now, _entry("listing.confirm", listing, product, before))
    return listing


def refuse_listing(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    listing_id: int,
    reason: str,
    seen: datetime | None = None,
) -> Listing:
    """Say that an offer is not this product, and why; also of one that was confirmed."""
    listing, product = _held(db, actor, listing_id, seen)
    if listing.state not in {ListingState.PROPOSED, ListingState.CONFIRMED}:
        raise ListingDecided
    told = clean_note(reason, limit=500, field="reason")
    if not told:
        raise ReasonNeeded
    before = {"state": listing.state}
    _decide(listing, ListingState.REFUSED, now, by=actor.label, reason=told)
    db.flush()
    _note(db, actor, now, _entry("listing.refuse", listing, product, before))
    return listing


def _held(
    db: Session, actor: Actor, listing_id: int, seen: datetime | None
) -> tuple[Listing, Product]:
    listing, product = get_listing(db, listing_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    db.refresh(listing, with_for_update=True)
    check_seen(listing.updated_at, seen)
    return listing, product


def _decide(
    listing: Listing, state: ListingState, now: datetime, *, by: str = "", reason: str = ""
) -> None:
    listing.state = state
    listing.reason = reason
    listing.decided_by = by
    listing.decided_at = now if by else None
    listing.updated_at = touched(listing.updated_at, now)


def _entry(action: str, listing: Listing, product: Product, before: dict[str, Any] | None) -> Entry:
    names = ("partner_id", "external_id", *_FIELDS, "state", "reason")
    after = {name: getattr(listing, name) for name in names if getattr(listing, name)}
    return Entry(action, listing.id, entity_id=product.entity_id, before=before, after=after)


def _note(db: Session, by: Author, now: datetime, entry: Entry) -> None:
    record(
        db,
        by=by,
        now=now,
        action=entry.action,
        subject_id=entry.subject_id,
        entity_id=entry.entity_id,
        before=entry.before,
        after=entry.after,
    )
