import pytest
from sqlalchemy.orm import Session

from app.stamps import codes
from app.stamps.codes import Root
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.models import Batch, KeyEpoch, Span
from app.stamps.queries import (
    NoSuchStamp,
    RootMismatch,
    check_roots,
    find_stamp,
    get_stamp,
    near_codes,
)
from tests import make

ROOT, OTHER = Root(0, b"r" * 32), Root(0, b"o" * 32)
KEYRING = Keyring({0: ROOT})
SECRET = b"s" * 16


def test_a_keyring_names_the_epoch_it_lacks() -> None:
    with pytest.raises(KeyMissing) as caught:
        KEYRING.root(3)
    assert caught.value.epoch == 3
    assert KEYRING.root(0) is KEYRING.newest() is ROOT


def issued(db: Session, *, count: int = 10, state: str = "issued") -> Batch:
    product = make.product(db, of=make.entity(db))
    check = codes.root_check(ROOT)
    db.add(KeyEpoch(epoch=0, root_check=check, next=count + 5, opened_at=make.NOW))
    db.flush()
    batch = Batch(
        entity_id=product.entity_id,
        product_id=product.id,
        state="issued",
        requested=count,
        granted=count,
        epoch=0,
        first=5,
        last=count + 4,
        secret=SECRET,
        requested_at=make.NOW,
        requested_by="test",
    )
    db.add(batch)
    db.flush()
    db.add(Span(batch_id=batch.id, first=5, last=count + 4, state=state))
    db.flush()
    return batch


def test_a_code_leads_to_its_stamp_however_it_is_typed(db: Session) -> None:
    batch = issued(db)
    code = codes.encode(ROOT, SECRET, 7)
    stamp = get_stamp(db, keyring=KEYRING, text=f" {codes.grouped(code).lower()} ")
    assert (stamp.code, stamp.line, stamp.number) == (code, 7, 3)
    assert (stamp.batch_id, stamp.product_id, stamp.state) == (batch.id, batch.product_id, "issued")
    assert stamp.activated_at is None


def test_what_was_never_issued_is_unknown(db: Session) -> None:
    issued(db)
    beyond = codes.encode(ROOT, SECRET, 15)
    under_another_secret = codes.encode(ROOT, b"x" * 16, 7)
    of_an_epoch_never_opened = codes.encode(Root(1, b"r" * 32), SECRET, 7)
    for text in (beyond, under_another_secret, of_an_epoch_never_opened, "", "\0" * 20, "Z" * 20):
        assert find_stamp(db, keyring=KEYRING, text=text) is None
    with pytest.raises(NoSuchStamp):
        get_stamp(db, keyring=KEYRING, text=beyond)


def test_a_code_is_never_unknown_while_its_key_is_missing_or_another(db: Session) -> None:
    issued(db)
    code = codes.encode(ROOT, SECRET, 7)
    for keyring in (Keyring({}), Keyring({0: OTHER}), Keyring({1: Root(1, b"r" * 32)})):
        with pytest.raises(KeyMissing) as caught:
            find_stamp(db, keyring=keyring, text=code)
        assert caught.value.epoch == 0


def test_roots_are_held_against_the_database(db: Session) -> None:
    assert check_roots(db, keyring=KEYRING) == ()
    issued(db)
    assert check_roots(db, keyring=KEYRING) == ()
    assert check_roots(db, keyring=Keyring({})) == (0,)
    with pytest.raises(RootMismatch) as caught:
        check_roots(db, keyring=Keyring({0: OTHER}))
    assert caught.value.epoch == 0


def test_a_code_with_one_fault_leads_back_to_the_right_one(db: Session) -> None:
    issued(db, count=10_000)
    code = codes.encode(ROOT, SECRET, 7)
    replaced = code[:4] + ("0" if code[4] != "0" else "1") + code[5:]
    assert near_codes(db, keyring=KEYRING, text=replaced) == (code,)
    assert near_codes(db, keyring=KEYRING, text=f"U{code[1:]}") == (code,)
    assert near_codes(db, keyring=KEYRING, text="UU" + code[2:]) == ()
    assert near_codes(db, keyring=Keyring({}), text=replaced) == ()
