from typing import Any

import httpx
from fastapi import FastAPI

from app.diary.models import Lot
from app.kit.db import Database
from app.products.models import Product
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Made

BATCHES = "/api/v1/batches"


def codes(batch: Batch, keyring: Keyring, first: int, last: int) -> dict[str, str]:
    return {
        "first_code": make.code(batch, first, keyring=keyring),
        "last_code": make.code(batch, last, keyring=keyring),
    }


def span(client: Client, step: str, **body: object) -> httpx.Response:
    return client.post(f"/api/v1/spans/{step}", json=body, params={"lang": "en"})


def test_stamps_are_previewed_activated_and_made_void(
    visit: Visit, cast: Cast, keyring: Keyring, issued: Made, lot: Lot
) -> None:
    owner, batch = visit(api=cast.owner), issued()
    ends = codes(batch, keyring, 30, 11)
    told = {
        "batch_id": batch.id, "product_id": batch.product_id, "first": 11, "last": 30,
        "quantity": 20,
    }  # fmt: skip
    seen = span(owner, "preview", **ends).json()
    run = {"first": 11, "last": 30, "quantity": 20, "state": "received", "lot_id": None}
    assert seen == told | {"product_name": "Tôm khô Rạch Gốc", "runs": [run]}
    active = span(owner, "activate", **ends, lot_id=lot.id)
    assert (active.status_code, active.json()) == (200, told)
    void = span(visit(api=cast.officer), "void", **codes(batch, keyring, 30, 30), reason="Hỏng")
    assert void.status_code == 200
    counts = {"issued": 40, "received": 40, "active": 19, "void": 1, "lost": 0, "returned": 0}
    assert owner.get(f"{BATCHES}/{batch.id}").json()["counts"] == counts


def test_overlaps_are_refused_with_figures(
    visit: Visit, cast: Cast, keyring: Keyring, issued: Made, lot: Lot
) -> None:
    owner, batch = visit(api=cast.owner), issued()
    span(owner, "activate", **codes(batch, keyring, 11, 20), lot_id=lot.id)
    span(owner, "void", **codes(batch, keyring, 31, 31), reason="Hỏng")
    path = f"{BATCHES}/{batch.id}"
    before = owner.get(path).json()
    for first, last, code, words in (
        (5, 15, "stamps.active", "Stamps 11-15 are already active"),
        (20, 11, "stamps.active", "Stamps 11-20 are already active"),
        (25, 40, "stamps.void", "Stamps 31 are void"),
        (55, 65, "stamps.not_received", "Stamps 61-65 have not been handed over"),
    ):
        answer = span(owner, "activate", **codes(batch, keyring, first, last), lot_id=lot.id)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert words in answer.json()["detail"]
    again = span(owner, "void", **codes(batch, keyring, 31, 31), reason="Hỏng")
    assert (again.status_code, again.json()["code"]) == (409, "stamps.void")
    assert owner.get(path).json() == before


def test_a_missing_lot_or_fact_keeps_stamps_from_being_activated(
    visit: Visit, cast: Cast, database: Database, keyring: Keyring, product: Product, issued: Made
) -> None:
    with database.begin() as db:
        bare = make.lot(db, of=product).id
        other = make.complete_lot(db, of=make.product(db, of=cast.entity)).id
        foreign = make.complete_lot(db, of=make.product(db, of=cast.other)).id
    owner, ends = visit(api=cast.owner), codes(issued(), keyring, 1, 2)
    answer = span(owner, "activate", **ends, lot_id=bare)
    assert (answer.status_code, answer.json()["code"]) == (409, "stamps.lot_incomplete")
    assert "The lot's diary has no entry" in answer.json()["detail"]
    assert span(owner, "activate", **ends, lot_id=other).status_code == 422
    for lot_id in (foreign, 2**62):
        assert span(owner, "activate", **ends, lot_id=lot_id).status_code == 404


def test_bad_codes_are_named_and_change_nothing(
    visit: Visit, cast: Cast, database: Database, keyring: Keyring, issued: Made, lot: Lot
) -> None:
    owner, batch, second = visit(api=cast.owner), issued(), issued()
    ends = codes(batch, keyring, 1, 2)
    good = ends["first_code"]
    of_another_epoch = f"{'1' if good[0] != '1' else '2'}{good[1:]}"
    swapped = good[:6] + ("0" if good[6] != "0" else "1") + good[7:]
    for text in ("", "\0", "'; DROP TABLE lot", "🦐" * 20, of_another_epoch, swapped, "Z" * 20):
        for name in ends:
            answer = span(owner, "activate", **(ends | {name: text}), lot_id=lot.id)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)
    too_long = span(owner, "activate", **(ends | {"last_code": "0" * 201}), lot_id=lot.id)
    assert too_long.status_code == 422
    two = ends | {"last_code": make.code(second, 2, keyring=keyring)}
    assert span(owner, "activate", **two, lot_id=lot.id).json()["code"] == "stamps.two_batches"
    with database.begin() as db:
        theirs = make.product(db, of=cast.other)
    foreign = codes(issued(of=theirs), keyring, 1, 2)
    for step, more in (
        ("activate", {"lot_id": lot.id}),
        ("void", {"reason": "X"}),
        ("preview", {}),
    ):
        facts: dict[str, Any] = foreign | more
        assert span(owner, step, **facts).status_code == 404
        assert span(owner, step, **(facts | {"first_code": good})).status_code == 404
    counts = owner.get(f"{BATCHES}/{batch.id}").json()["counts"]
    assert counts == {
        "issued": 40,
        "received": 60,
        "active": 0,
        "void": 0,
        "lost": 0,
        "returned": 0,
    }


def test_who_may_change_stamps(
    visit: Visit, cast: Cast, keyring: Keyring, issued: Made, lot: Lot
) -> None:
    ends = codes(issued(), keyring, 1, 1)
    activation: dict[str, Any] = ends | {"lot_id": lot.id}
    for person in (cast.officer, cast.approver, cast.inspector):
        assert span(visit(api=person), "activate", **activation).status_code == 403
    assert span(visit(), "activate", **activation).status_code == 401
    assert span(visit(api=cast.colleague), "activate", **activation).status_code == 200
    for person in (cast.colleague, cast.inspector):
        assert span(visit(api=person), "void", **ends, reason="Hỏng").status_code == 403
    assert span(visit(api=cast.outsider), "void", **ends, reason="Hỏng").status_code == 404
    assert span(visit(api=cast.owner), "void", **ends, reason=" ").status_code == 422
    assert span(visit(api=cast.owner), "void", **ends, reason="Hỏng").status_code == 200


def test_a_code_whose_key_is_missing_could_not_be_checked(
    visit: Visit, cast: Cast, app: FastAPI, keyring: Keyring, issued: Made
) -> None:
    ends = codes(issued(), keyring, 1, 2)
    app.state.keyring = Keyring({})
    answer = span(visit(api=cast.owner), "preview", **ends)
    assert (answer.status_code, answer.json()["code"]) == (503, "stamps.key_missing")
    assert answer.headers["retry-after"]


def test_a_repeated_change_gets_the_first_answer(
    visit: Visit, cast: Cast, keyring: Keyring, issued: Made, lot: Lot
) -> None:
    owner, batch = visit(api=cast.owner), issued()
    changes: dict[str, dict[str, object]] = {
        "activate": {**codes(batch, keyring, 1, 9), "lot_id": lot.id},
        "void": {**codes(batch, keyring, 9, 9), "reason": "Hỏng"},
    }
    for step, body in changes.items():
        sent: dict[str, Any] = {"json": body, "headers": {"idempotency-key": step}}
        first = owner.post(f"/api/v1/spans/{step}", **sent)
        again = owner.post(f"/api/v1/spans/{step}", **sent)
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json() == first.json()
        without_key = owner.post(f"/api/v1/spans/{step}", json=body)
        assert without_key.status_code == 409
    moves = owner.get(f"{BATCHES}/{batch.id}/movements").json()["items"]
    assert [one["kind"] for one in moves] == ["issue", "handover", "activate", "void"]
