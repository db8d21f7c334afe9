from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, bindparam, case, func, or_, select
from sqlalchemy.orm import Bundle, Session, aliased

from app.audit.models import AuditEvent
from app.diary.models import Lot
from app.diary.queries import EntryRow, public_entries, standing_notices
from app.diary.queries import Notice as LotNotice
from app.diary.rules import LateMark
from app.entities.models import Entity
from app.entities.rules import KIND_LABELS, Kind
from app.kit.clock import day_of
from app.lookup.sheet import (
    Answer,
    EntityPart,
    EntryPart,
    LotPart,
    Picture,
    Place,
    ProductPart,
    Sheet,
    StampPart,
    Standard,
    Standing,
    facts_of,
)
from app.lookup.shelf import Kept, Shelf
from app.lookup.verdict import Facts, Notice, judge
from app.places import models as places
from app.products.models import OcopCertificate, Product, ProductPicture, ProductStandard
from app.products.rules import CertificateFacts, certificate_line
from app.rights.lines import lines
from app.rights.queries import facts_for
from app.scans.queries import Waiting, find_tally
from app.stamps.keyring import Keyring
from app.stamps.queries import Stamp, find_stamp

# What a page holds of a long diary; a lot with more says so.
MOST_ENTRIES: Final = 30

_commune, _province = aliased(places.Place), aliased(places.Place)
_first_picture = (
    select(ProductPicture.id)
    .where(ProductPicture.product_id == Product.id)
    .order_by(ProductPicture.position, ProductPicture.id)
    .limit(1)
    .correlate(Product)
    .scalar_subquery()
)
# One statement, built once: building it anew takes longer than running it.
_SUBJECT: Final[Executable] = (
    select(
        Bundle(
            "product",
            Product.id,
            Product.name,
            Product.gtin,
            Product.own_code,
            Product.brand,
            Product.net_content,
            Product.ingredients,
            Product.usage,
            Product.storage,
            Product.warnings,
            Product.shelf_life,
            Product.origin,
            Product.status,
        ),
        Bundle(
            "entity",
            Entity.id,
            Entity.name,
            Entity.kind,
            Entity.address,
            Entity.phone,
            Entity.phone_public,
            Entity.website,
            Entity.status,
        ),
        Bundle("commune", _commune.kind, _commune.name, _commune.name_en),
        Bundle("province", _province.kind, _province.name, _province.name_en),
        Bundle("picture", ProductPicture.sha256, ProductPicture.width, ProductPicture.height),
        Bundle("lot", Lot.id, Lot.number, Lot.production_date, Lot.expiry_date),
    )
    .select_from(Product)
    .join(Entity, Entity.id == Product.entity_id)
    .outerjoin(_commune, _commune.code == Entity.commune_code)
    .outerjoin(_province, _province.code == _commune.parent_code)
    .outerjoin(ProductPicture, ProductPicture.id == _first_picture)
    .outerjoin(Lot, Lot.id == bindparam("lot_id"))
    .where(Product.id == bindparam("product_id"))
)
_CERTIFICATES: Final = select(
    OcopCertificate.id,
    OcopCertificate.stars,
    OcopCertificate.decision_no,
    OcopCertificate.valid_from,
    OcopCertificate.valid_to,
    OcopCertificate.certificate_no,
    OcopCertificate.issuer,
    OcopCertificate.revoked_on,
).where(OcopCertificate.product_id == bindparam("product_id"))
_STANDARDS: Final = (
    select(ProductStandard.number, ProductStandard.title)
    .where(ProductStandard.product_id == bindparam("product_id"))
    .order_by(ProductStandard.id)
)
_events_of_entity = or_(
    AuditEvent.entity_id == bindparam("entity_id"),
    AuditEvent.entity_id.is_(None),
    # A right is its owner's, and shows on the products of all who may use it.
    AuditEvent.subject_kind == "right",
)
_NEWER: Final[Executable] = select(
    func.max(AuditEvent.seq).label("last"),
    func.max(case((_events_of_entity, AuditEvent.seq))).label("own"),
).where(AuditEvent.seq > bindparam("seq"))
_LAST: Final = select(func.max(AuditEvent.seq))

Waits = Callable[[int], Waiting]


def look_up(
    db: Session,
    *,
    keyring: Keyring,
    text: str,
    now: datetime,
    visitor: bytes | None,
    waits: Waits,
    shelf: Shelf,
) -> tuple[Answer, Stamp | None, Kept | None]:
    """Return what is said of a code to this visitor, and the stamp and sheet where it is ours.

    `waits` tells of look-ups not yet in the database. Raises KeyMissing.
    """
    stamp = find_stamp(db, keyring=keyring, text=text)
    if stamp is None:
        return Answer(code=text, judgement=judge(Facts(), now)), None, None
    part = StampPart(
        number=stamp.number,
        batch_id=stamp.batch_id,
        state=stamp.state,
        lapses_on=stamp.lapses_on,
        activated_at=stamp.activated_at,
    )
    # Asked before the database: a flush in between is then counted twice rather than missed.
    waiting = waits(stamp.line)
    tally = find_tally(db, line=stamp.line, visitor=visitor)
    kept = keep_sheet(db, product_id=stamp.product_id, lot_id=stamp.lot_id, now=now, shelf=shelf)
    sheet = kept.sheet if kept else None
    facts = facts_of(
        part,
        sheet.lot if sheet else None,
        _standing(db, stamp.lot_id),
        suspected_at=tally.suspected_at,
        by_others=tally.lookups - tally.own + waiting.others,
    )
    firsts = [first for first in (tally.first_at, waiting.first_at) if first is not None]
    answer = Answer(
        code=stamp.code,
        judgement=judge(facts, now),
        stamp=part,
        sheet=sheet,
        lookups=tally.lookups + waiting.own + waiting.others,
        first_at=min(firsts, default=None),
    )
    return answer, stamp, kept


def keep_sheet(
    db: Session, *, product_id: int, now: datetime, shelf: Shelf, lot_id: int | None = None
) -> Kept | None:
    """Return the sheet from the shelf where no event since has touched it, else read anew."""
    day, kept = day_of(now), shelf.find((product_id, lot_id))
    if kept is not None and kept.good_on(day, now):
        asked = {"entity_id": kept.sheet.entity.id, "seq": kept.seq}
        newer = db.execute(_NEWER, asked).one()
        if newer.own is None:
            kept.seq = newer.last or kept.seq
            return kept
    # Read before the sheet: events are numbered in the order of their commits.
    seq = db.scalar(_LAST) or 0
    sheet = find_sheet(db, product_id=product_id, now=now, lot_id=lot_id)
    if sheet is None:
        return None
    kept = Kept(sheet, seq, day, now)
    shelf.put((product_id, lot_id), kept)
    return kept


def find_sheet(
    db: Session, *, product_id: int, now: datetime, lot_id: int | None = None
) -> Sheet | None:
    """Return what the public may read of a product, and of a lot of it."""
    found = db.execute(_SUBJECT, {"product_id": product_id, "lot_id": lot_id}).one_or_none()
    if found is None:
        return None
    day = day_of(now)
    lot = _lot(db, found.lot) if found.lot.id is not None else None
    made_on = lot.production_date if lot else None
    certificates = [
        CertificateFacts(**row._asdict())
        for row in db.execute(_CERTIFICATES, {"product_id": product_id})
    ]
    held = facts_for(db, entity_id=found.entity.id, product_id=product_id)
    return Sheet(
        product=_product(found.product, found.picture),
        entity=_entity(found),
        lot=lot,
        stars=certificate_line(certificates, day, made_on=made_on),
        rights=lines(
            held.rights, held.use_rights, found.entity.id, product_id, day, made_on=made_on
        ),
        standards=tuple(
            Standard(number=row.number, title=row.title)
            for row in db.execute(_STANDARDS, {"product_id": product_id})
        ),
    )


def _product(row: Any, picture: Any) -> ProductPart:  # noqa: ANN401 - a bundle of the statement above
    facts = row._asdict()
    status = facts.pop("status")
    facts["gtin"] = facts["gtin"] or ""
    shown = None if picture.sha256 is None else Picture(**picture._asdict())
    return ProductPart(**facts, retired=status == "retired", picture=shown)


def _entity(found: Any) -> EntityPart:  # noqa: ANN401 - a bundle of the statement above
    entity = found.entity
    named = [place for place in (found.commune, found.province) if place.name is not None]
    return EntityPart(
        id=entity.id,
        name=entity.name,
        kind=KIND_LABELS[Kind(entity.kind)],
        address=entity.address,
        places=tuple(Place(**place._asdict()) for place in named),
        phone=entity.phone if entity.phone_public else "",
        website=entity.website,
        dissolved=entity.status == "dissolved",
    )


def _lot(db: Session, row: Any) -> LotPart:  # noqa: ANN401 - a bundle of the statement above
    rows = public_entries(db, row.id, limit=MOST_ENTRIES + 1)
    return LotPart(
        **row._asdict(),
        entries=tuple(_entry(entry) for entry in rows[:MOST_ENTRIES]),
        more_entries=len(rows) > MOST_ENTRIES,
    )


def _entry(row: EntryRow) -> EntryPart:
    return EntryPart(
        at=row.performed_at,
        kind=row.kind.label,
        stage=row.stage,
        facts=tuple((name, _text(value)) for name, value in row.facts.items()),
        note=row.note,
        late=row.late is not LateMark.ON_TIME,
        amended=row.amended,
        corrects=row.amends is not None,
        reason=row.reason,
        photos=len(row.photos),
    )


def _text(value: object) -> str:
    return {True: "✓", False: "✗"}[value] if isinstance(value, bool) else str(value)


def _standing(db: Session, lot_id: int | None) -> Standing:
    if lot_id is None:
        return Standing()
    found = standing_notices(db, lot_id)
    return Standing(recall=_notice(found.recall), hold=_notice(found.hold))


def _notice(notice: LotNotice | None) -> Notice | None:
    if notice is None:
        return None
    return Notice(reason=notice.reason, since=notice.since, advice=notice.advice)
