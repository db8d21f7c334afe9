"""What a page said on a past date, rebuilt from records and held against what it did say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.lookup.queries import Ask, Found, look_up
from app.lookup.sheet import Answer
from app.lookup.shelf import Shelf
from app.office.past_lines import text_of
from app.office.past_queries import PastStamp, stamp_then
from app.partners.shop_queries import shops_of
from app.scans.queries import NONE_WAIT
from app.stamps.keyring import Keyring
from app.stamps.span_actions import activate_span
from tests import make, make_trace
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.lookup.conftest import PHONE, codes_of
from tests.make_past import REGISTER, Past
from tests.make_past_goods import GOODS

STEPS = 60
ACTS = REGISTER + GOODS
ROBOT = {"user-agent": "Googlebot/2.1"}


@dataclass(frozen=True)
class Said:
    """What the public was told at an instant, as it was told."""

    at: datetime
    code: str
    answer: Answer
    pages: dict[str, list[str]]


@pytest.fixture
def past(database: Database, keyring: Keyring, cast: Cast, clock: Clock) -> Past:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")
        other = make.product(db, of=cast.other, name="Tôm tươi")
        lot = make.complete_lot(db, of=product, expiry_date=make.TODAY + timedelta(days=70))
        source = make.lot(db, of=other, number="N-1")
        make_trace.link(db, source, lot)
        for _ in range(2):
            make.right(db)
        make.right(db, type="trademark", sign="Rạch Gốc", owner_entity_id=cast.entity.id)
        batch = make.issued_batch(db, of=product, keyring=keyring, quantity=5, handed=4)
        codes = codes_of(keyring, batch)
        ends: Any = {"first_code": codes[0], "last_code": codes[0], "lot_id": lot.id}
        activate_span(db, actor=cast.owner.actor, now=make.NOW, keyring=keyring, **ends)
    about = (product, other, lot, source, batch, codes)
    return Past(database, cast, keyring, clock, *about, rng=Random(20260310))  # noqa: S311 - dice for a test


def answer(db: Session, past: Past, code: str) -> Answer:
    ask = Ask(code, past.now, None)
    shelf = Shelf(shops_of)
    [found] = look_up(db, [ask], keyring=past.keyring, waits=lambda *_: NONE_WAIT, shelf=shelf)
    assert isinstance(found, Found)
    return found.answer


def said(past: Past, reader: Client, app: FastAPI) -> Said:
    """Keep what is told now: of one stamp by its page, of another as values, and of the product."""
    app.state.counter.flush()
    turn = len(past.done)
    code = past.codes[turn % 5]
    paths = (f"/t/{past.codes[turn % 3]}", f"/p/{past.product.id}")
    pages = {path: text_of(reader.get(path, headers=ROBOT).text) for path in paths}
    with past.database.begin(write=False) as db:
        return Said(past.now, code, answer(db, past, code), pages)


@pytest.mark.on("postgresql")
def test_sixty_real_acts_later_each_page_is_rebuilt_as_it_was_after_each_act(
    past: Past, app: FastAPI, visit: Visit, cast: Cast
) -> None:
    reader, officer = visit(), visit(page=cast.officer)
    kept = [said(past, reader, app)]
    while len(past.done) < STEPS:
        if past.step(ACTS):
            kept.append(said(past, reader, app))
            if past.rng.random() < 0.4:
                # Look-ups are kept to the minute.
                past.clock.now += timedelta(minutes=2)
                reader.get(f"/t/{past.rng.choice(past.codes[:3])}", headers={"user-agent": PHONE})
    assert len(set(past.done)) > STEPS / 2
    for one in kept:
        with past.database.begin(write=False) as db:
            then = then_of(past, db, one.code, one.at)
        assert then.found.answer == one.answer, (one.at, one.code)
        for path, lines in one.pages.items():
            kind = "stamps" if path.startswith("/t/") else "products"
            at = {"at": one.at.isoformat(), "lang": "vi"}
            page = officer.get(f"/office/past/{kind}/{path[3:]}/page", params=at)
            assert text_of(page.text) == lines, (one.at, path)


def then_of(past: Past, db: Session, code: str, at: datetime) -> PastStamp:
    about: Any = {"keyring": past.keyring, "shops_of": shops_of}
    return stamp_then(db, text=code, at=at, now=past.now, **about)
