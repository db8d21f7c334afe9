from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Executable, bindparam, case, func, select
from sqlalchemy.orm import Bundle, Session, aliased

from app.audit.models import AuditEvent
from app.certificates.queries import public_certificates
from app.diary.models import Lot
from app.diary.standing_queries import NOTHING as NOTHING_STANDS
from app.diary.standing_queries import Standing as LotStanding
from app.diary.standing_queries import standing_of
from app.entities.models import Entity
from app.kit.clock import day_of
from app.lookup.diary_queries import diaries_of, sources_of
from app.lookup.lot_queries import told
from app.lookup.maker_queries import maker_of
from app.lookup.sheet import (
    Answer,
    LinkPart,
    LotPart,
    Picture,
    ProductPart,
    StampPart,
    Standard,
    Standing,
    Subject,
    facts_of,
)
from app.lookup.shelf import Kept, KeptSubject, LotKey, Shelf, Shops
from app.lookup.verdict import Facts, judge
from app.oversight.quality_queries import tests_of_lots, tests_of_product
from app.places import models as places
from app.products.link_queries import live_links
from app.products.links import RELS
from app.products.models import OcopCertificate, Product, ProductPicture, ProductStandard
from app.products.rules import CertificateFacts
from app.rights.queries import facts_for
from app.scans.queries import Looker, Tally, Waiting, find_tallies
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.queries import Stamp, claims_of, find_stamps

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
            Entity.email,
            Entity.representative,
            Entity.website,
            Entity.status,
        ),
        Bundle("commune", _commune.kind, _commune.name, _commune.name_en),
        Bundle("province", _province.kind, _province.name, _province.name_en),
        Bundle("picture", ProductPicture.sha256, ProductPicture.width, ProductPicture.height),
    )
    .select_from(Product)
    .join(Entity, Entity.id == Product.entity_id)
    .outerjoin(_commune, _commune.code == Entity.commune_code)
    .outerjoin(_province, _province.code == _commune.parent_code)
    .outerjoin(ProductPicture, ProductPicture.id == _first_picture)
    .where(Product.id == bindparam("product_id"), Entity.practice.is_(False))
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
).where(OcopCertificate.product_id == bindparam("product_id"), OcopCertificate.struck_at.is_(None))
_STANDARDS: Final = (
    select(ProductStandard.number, ProductStandard.title)
    .where(
        ProductStandard.product_id == bindparam("product_id"),
        ProductStandard.retired_on.is_(None),
    )
    .order_by(ProductStandard.id)
)
_LOTS: Final = select(
    Lot.id, Lot.number, Lot.production_date, Lot.expiry_date, Lot.template_version_id
).where(Lot.id.in_(bindparam("lots", expanding=True)))
# A right is its owner's, and shows on the products of all who may use it.
_touched = case((AuditEvent.subject_kind == "right", None), else_=AuditEvent.entity_id)
_LAST: Final = select(func.max(AuditEvent.seq))
_TOUCHED: Final = (
    select(_touched.label("entity_id"), func.max(AuditEvent.seq).label("last"))
    # Reports and findings are nobody's entity's, and change no page of the public.
    .where(AuditEvent.seq > bindparam("seq"), AuditEvent.subject_kind != "report")
    .where(AuditEvent.subject_kind != "finding")
    .group_by(_touched)
)


class Ask(NamedTuple):
    """A look-up: the text in place of a code, and who looks, none where that is not counted."""

    text: str
    now: datetime
    visitor: bytes | None


class Found(NamedTuple):
    """What is said of a code, and the stamp and sheet where it is ours."""

    answer: Answer
    stamp: Stamp | None = None
    kept: Kept | None = None


Waits = Callable[[int, bytes | None], Waiting]


def look_up(
    db: Session, asks: Sequence[Ask], *, keyring: Keyring, waits: Waits, shelf: Shelf
) -> list[Found | KeyMissing]:
    """Return what is said to each who asks, in their order, or why nothing can be said.

    The statements are as many for one as for all. `waits` tells of look-ups not yet in the
    database.
    """
    claims = claims_of((ask.text for ask in asks), keyring)
    lines = {claim.text: claim.line for claim in claims if claim.line is not None}
    # Asked before the database: a flush in between is then counted twice rather than missed.
    waiting = {ask: waits(lines[ask.text], ask.visitor) for ask in asks if ask.text in lines}
    stamps = find_stamps(db, claims)
    ours = {text: stamp for text, stamp in stamps.items() if isinstance(stamp, Stamp)}
    about = _About.read(db, [(ask, ours[ask.text]) for ask in asks if ask.text in ours], shelf)
    found: list[Found | KeyMissing] = []
    for ask in asks:
        stamp = stamps.get(ask.text)
        if stamp is None:
            found.append(Found(Answer(code=ask.text, judgement=judge(Facts(), ask.now))))
        elif isinstance(stamp, KeyMissing):
            found.append(stamp)
        else:
            found.append(about.found(ask, stamp, waiting[ask]))
    return found


@dataclass(frozen=True)
class _About:
    """All that was read of the stamps of some look-ups."""

    tallies: dict[Looker, Tally]
    standing: dict[LotKey, LotStanding]
    sheets: dict[LotKey, Kept]

    @classmethod
    def read(cls, db: Session, looks: Sequence[tuple[Ask, Stamp]], shelf: Shelf) -> "_About":
        if not looks:
            return cls({}, {}, {})
        keys = {(stamp.product_id, stamp.lot_id) for _, stamp in looks}
        return cls(
            find_tallies(db, {(stamp.line, ask.visitor) for ask, stamp in looks}),
            standing_of(db, keys),
            keep_sheets(db, keys, now=max(ask.now for ask, _ in looks), shelf=shelf),
        )

    def found(self, ask: Ask, stamp: Stamp, waiting: Waiting) -> Found:
        key = stamp.product_id, stamp.lot_id
        return found_of(
            ask,
            stamp,
            tally=self.tallies[stamp.line, ask.visitor],
            waiting=waiting,
            standing=_standing(self.standing.get(key, NOTHING_STANDS)),
            kept=self.sheets.get(key),
        )


def found_of(
    ask: Ask,
    stamp: Stamp,
    *,
    tally: Tally,
    waiting: Waiting,
    standing: Standing,
    kept: Kept | None,
) -> Found:
    """Return what is said of a genuine stamp, from all that was read of it."""
    sheet = kept.sheet if kept else None
    part = StampPart(
        number=stamp.number,
        batch_id=stamp.batch_id,
        state=stamp.state,
        lapses_on=stamp.lapses_on,
        activated_at=stamp.activated_at,
    )
    facts = facts_of(
        part,
        sheet.lot if sheet else None,
        standing,
        suspected_at=tally.suspected_at,
        by_others=tally.lookups - tally.own + waiting.others,
    )
    firsts = [first for first in (tally.first_at, waiting.first_at) if first is not None]
    answer = Answer(
        code=stamp.code,
        judgement=judge(facts, ask.now),
        stamp=part,
        sheet=sheet,
        lookups=tally.lookups + waiting.own + waiting.others,
        first_at=min(firsts, default=None),
    )
    return Found(answer, stamp, kept)


def keep_sheet(
    db: Session, *, product_id: int, now: datetime, shelf: Shelf, lot_id: int | None = None
) -> Kept | None:
    """Return what the public may read of a product, and of a lot of it."""
    key = (product_id, lot_id)
    return keep_sheets(db, {key}, now=now, shelf=shelf).get(key)


def keep_sheets(
    db: Session, wanted: AbstractSet[LotKey], *, now: datetime, shelf: Shelf
) -> dict[LotKey, Kept]:
    """Return the sheets from the shelf where no event since has touched them, else read anew."""
    # Read before the sheets: events are numbered in the order of their commits.
    day, seq = day_of(now), _follow(db, shelf)
    found = {key: kept for key in wanted if (kept := shelf.find_good(key, day, now)) is not None}
    cold = wanted - found.keys()
    lots = _lots(db, {lot_id for _, lot_id in cold if lot_id is not None}, shelf)
    for product_id, lot_id in cold:
        subject = _keep_subject(db, product_id, now=now, seq=seq, shelf=shelf)
        if subject is None:
            continue
        lot = None if lot_id is None else lots.get(lot_id)
        sheet = subject.subject.sheet(day, lot)
        kept = Kept(sheet=sheet, seq=seq, day=day, read_at=now, subject=subject)
        shelf.put((product_id, lot_id), kept)
        found[product_id, lot_id] = kept
    return found


def _follow(db: Session, shelf: Shelf) -> int:
    """Tell the shelf of the events since it was last told; return the last that is seen here."""
    since, seq = shelf.seq, db.scalar(_LAST) or 0
    if since is None:
        # Another thread may have told it first: then nothing read before this event stands.
        shelf.follow(seq, [(None, seq)])
    elif seq > since:
        rows = db.execute(_TOUCHED, {"seq": since})
        shelf.follow(seq, [(row.entity_id, row.last) for row in rows])
    return seq


def _keep_subject(
    db: Session, product_id: int, *, now: datetime, seq: int, shelf: Shelf
) -> KeptSubject | None:
    kept = shelf.find_subject(product_id, now)
    if kept is None and (subject := find_subject(db, product_id, shelf.shops_of)) is not None:
        kept = KeptSubject(subject=subject, seq=seq, read_at=now)
        shelf.put_subject(product_id, kept)
    return kept


def find_subject(db: Session, product_id: int, shops_of: Shops) -> Subject | None:
    """Return what the public may read of a product, its maker and what was granted to it."""
    asked = {"product_id": product_id}
    found = db.execute(_SUBJECT, asked).one_or_none()
    if found is None:
        return None
    granted = facts_for(db, entity_id=found.entity.id, product_id=product_id)
    return Subject(
        product=_product(found.product, found.picture),
        entity=maker_of(db, found),
        certificates=tuple(
            CertificateFacts(**row._asdict()) for row in db.execute(_CERTIFICATES, asked)
        ),
        rights=granted.rights,
        use_rights=granted.use_rights,
        standards=tuple(
            Standard(number=row.number, title=row.title) for row in db.execute(_STANDARDS, asked)
        ),
        papers=public_certificates(db, [found.entity.id])[found.entity.id],
        tests=tests_of_product(db, product_id),
        links=tuple(
            LinkPart(label=RELS[one.rel], title=one.title, url=one.url, language=one.language)
            for one in live_links(db, product_id)
        ),
        shops=shops_of(db, product_id),
    )


def _product(row: Any, picture: Any) -> ProductPart:  # noqa: ANN401 - a bundle of the statement above
    facts = row._asdict()
    status = facts.pop("status")
    facts["gtin"] = facts["gtin"] or ""
    shown = None if picture.sha256 is None else Picture(**picture._asdict())
    return ProductPart(**facts, retired=status == "retired", picture=shown)


def _lots(db: Session, ids: AbstractSet[int], shelf: Shelf) -> dict[int, LotPart]:
    if not ids:
        return {}
    rows = db.execute(_LOTS, {"lots": ids}).all()
    versions = {row.id: row.template_version_id for row in rows}
    diaries = diaries_of(db, versions, known=shelf.templates)
    sources, tests = sources_of(db, ids), tests_of_lots(db, ids)
    return {
        row.id: LotPart(
            id=row.id,
            number=row.number,
            production_date=row.production_date,
            expiry_date=row.expiry_date,
            entries=diaries[row.id].entries,
            more_entries=diaries[row.id].more,
            sources=sources.get(row.id, ()),
            tests=tuple(one for one in tests if one.lot_id == row.id),
        )
        for row in rows
    }


def _standing(found: LotStanding) -> Standing:
    return Standing(recall=told(found.recall), hold=told(found.hold))
