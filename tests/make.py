"""Factories: each makes one record straight in the database and returns it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy.orm import Session

from app.diary.entries import EntryRow
from app.diary.entry_actions import record_entry
from app.diary.gate_queries import missing_for
from app.diary.items import Missing
from app.diary.models import Lot
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.entities.models import Entity
from app.identity.models import Account, AccountRole, ApiKey, Membership
from app.identity.rules import Actor, Belonging, Role, hashed
from app.identity.session_actions import open_session
from app.kit.text import fold
from app.products.models import Product, ProductPicture, ProductStandard
from app.rights.models import IpRight, UseRight
from app.stamps import actions as stamp_actions
from app.stamps.codes import encode, unline
from app.stamps.keyring import Keyring
from app.stamps.models import Batch

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
DAT_MUI = "32248"
# Where things are made: every stage of a diary names the code of its place.
PLACE = "CM-AO-01"
SYSTEM = Actor(account_id=None, label="test", roles=frozenset({Role.ADMINISTRATOR}))

# A second person, where one may not do both steps.
COLLEAGUE = replace(SYSTEM, account_id=900_000_001, label="test, the second")

_serial = count(1)


def entity(db: Session, **facts: Any) -> Entity:  # noqa: ANN401 - the columns of the record
    given: dict[str, Any] = {
        "name": f"Hợp tác xã Số {next(_serial)}",
        "kind": "cooperative",
        "commune_code": DAT_MUI,
        "address": "Ấp Mũi",
    } | facts
    made = Entity(folded=fold(given["name"]), created_at=NOW, updated_at=NOW, **given)
    db.add(made)
    db.flush()
    return made


def product(
    db: Session,
    *,
    of: Entity,
    picture: bool = True,
    standard: str = "TCVN 5649:2006",
    **facts: Any,  # noqa: ANN401 - as above
) -> Product:
    number = next(_serial)
    given: dict[str, Any] = {
        "name": f"Tôm khô {number}",
        "own_code": f"SP-{number}",
        "net_content": "500 g",
    } | facts
    made = Product(
        entity_id=of.id, folded=fold(given["name"]), created_at=NOW, updated_at=NOW, **given
    )
    db.add(made)
    db.flush()
    if picture:
        db.add(
            ProductPicture(
                product_id=made.id,
                sha256=f"{made.id:064x}",
                width=1280,
                height=960,
                position=1,
                created_at=NOW,
            )
        )
    if standard:
        db.add(ProductStandard(product_id=made.id, kind="tcvn", number=standard))
    db.flush()
    return made


def lot(db: Session, *, of: Product, **facts: Any) -> Lot:  # noqa: ANN401 - as above
    given: dict[str, Any] = {"number": f"L{next(_serial)}", "production_date": TODAY} | facts
    made = Lot(product_id=of.id, entity_id=of.entity_id, opened_at=NOW, **given)
    db.add(made)
    db.flush()
    return made


def right(db: Session, **facts: Any) -> IpRight:  # noqa: ANN401 - as above
    number = f"{next(_serial):05d}"
    given: dict[str, Any] = {
        "type": "gi",
        "sign": "Cà Mau",
        "goods": "cua",
        "registration_no": number,
        "registration_no_as_written": number,
        "registration_date": "2022-07",
        "checked_on": TODAY,
        "checked_by": "Cán bộ",
    } | facts
    made = IpRight(folded=fold(given["sign"]), created_at=NOW, updated_at=NOW, **given)
    db.add(made)
    db.flush()
    return made


def use_right(db: Session, *, of: IpRight, product: Product, **facts: Any) -> UseRight:  # noqa: ANN401 - as above
    given: dict[str, Any] = {
        "certificate_no": f"GCN-{next(_serial)}",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2028, 12, 31),
    } | facts
    made = UseRight(
        right_id=of.id,
        entity_id=product.entity_id,
        product_id=product.id,
        created_at=NOW,
        updated_at=NOW,
        **given,
    )
    db.add(made)
    db.flush()
    return made


@dataclass(frozen=True)
class Person:
    """A member of the cast: who they are, and their ways in."""

    actor: Actor
    account_id: int
    phone: str
    key: str
    session: str


def person(
    db: Session,
    name: str,
    *roles: Role,
    entity: Entity | None = None,
    belonging: Belonging = Belonging.OWNER,
) -> Person:
    phone = f"+849{next(_serial):08d}"
    account = Account(
        phone=phone,
        name=name,
        folded=fold(name),
        password_hash="-",
        language="vi",
        created_at=NOW,
    )
    db.add(account)
    db.flush()
    db.add_all(AccountRole(account_id=account.id, role=role) for role in roles)
    if entity is not None:
        db.add(Membership(account_id=account.id, entity_id=entity.id, role=belonging))
    key = f"ocop_{phone}"
    db.add(ApiKey(account_id=account.id, label="test", hash=hashed(key), created_at=NOW))
    session = open_session(
        db, now=NOW, account_id=account.id, device="pytest", factor_at=NOW if roles else None
    )
    actor = Actor(
        account_id=account.id,
        label=name,
        roles=frozenset(roles),
        memberships={} if entity is None else {entity.id: belonging},
    )
    return Person(actor, account.id, phone, key, session)


def issued_batch(
    db: Session, *, of: Product, keyring: Keyring, quantity: int = 100, handed: int = 0
) -> Batch:
    """A batch that went its whole way by the real actions, `handed` of its stamps handed over."""
    who: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
    batch = stamp_actions.request_batch(
        db, product_id=of.id, quantity=quantity, reason="Vụ tết", largest=quantity, **who
    )
    second: dict[str, Any] = {"actor": COLLEAGUE, "now": NOW}
    stamp_actions.approve_batch(
        db, batch_id=batch.id, quantity=quantity, decision_no="12/QĐ-SNN", **second
    )
    stamp_actions.issue_batch(db, batch_id=batch.id, keyring=keyring, **who)
    if handed:
        stamp_actions.hand_over(db, batch_id=batch.id, receiver="Chị Chủ", quantity=handed, **who)
    return batch


def code(batch: Batch, number: int, *, keyring: Keyring) -> str:
    """The code of a stamp by its running number; numbers beyond the batch have one too."""
    epoch, first = unline(batch.first or 0)
    return encode(keyring.root(epoch), batch.secret or b"", first + number - 1)


def complete_lot(db: Session, *, of: Product, **facts: Any) -> Lot:  # noqa: ANN401 - as above
    """A lot onto which stamps may be activated: an entry tells what was done, when and where."""
    if of.shelf_life_days is not None:
        facts = {"expiry_date": TODAY + timedelta(days=of.shelf_life_days)} | facts
    made = lot(db, of=of, **facts)
    entry(db, lot=made)
    return made


def entry(db: Session, *, lot: Lot, now: datetime = NOW, **facts: Any) -> EntryRow:  # noqa: ANN401 - the members of Written
    """An entry that the owner wrote down, of a harvest where nothing else is said."""
    owner = Actor(account_id=None, label="test", memberships={lot.entity_id: Belonging.OWNER})
    given: dict[str, Any] = {
        "kind": EntryKind.HARVEST,
        "performed_at": now,
        "values": {},
        "location_code": PLACE,
    } | facts
    written = Written(id=uuid4(), **given)
    return record_entry(db, actor=owner, now=now, lot_id=lot.id, written=written).entry


def lacking(db: Session, lot: Lot, *, now: datetime = NOW) -> list[Missing]:
    """Return what keeps stamps from being activated onto a lot."""
    return [one.item for one in missing_for(db, lot, now=now)]


def picture(
    form: str = "JPEG",
    size: tuple[int, int] = (1600, 1200),
    color: str = "teal",
    **more: Any,  # noqa: ANN401 - Pillow's own options
) -> bytes:
    """Return the bytes of a plain picture, as a phone would send them."""
    out = BytesIO()
    Image.new("RGB", size, color).save(out, form, **more)
    return out.getvalue()
