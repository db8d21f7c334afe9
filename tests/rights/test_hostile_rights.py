"""Rights, use rights and certificates against who writes nonsense, and who writes at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.actions import change_certificate
from app.certificates.refusals import CertificateThere
from app.identity.rules import Role
from app.kit.db import Database
from app.kit.errors import DomainError
from app.rights.deciding import DecisionKind
from app.rights.models import UseRight
from app.rights.turn_checks import Paper
from app.rights.use_checks import Overlapping
from app.rights.use_decision_actions import annul_use_decision, decide_use_right
from app.rights.use_queries import held_by
from app.rights.use_right_actions import add_use_right
from tests import make, make_certificates
from tests.conftest import Cast, Visit

PAPER = Paper(decision_no="9/QĐ", decided_on=make.TODAY, effective_on=make.TODAY, reason="Sai sót")
# How long the first of two leaves its transaction open for the other to slip in.
OPEN = 0.4

Act = Callable[[Session], object]


def acting(db: Session) -> dict[str, Any]:
    return {"actor": make.person(db, "Cán bộ Đua", Role.OFFICER).actor, "now": make.NOW}


def beside(database: Database, first: Act, second: Act) -> list[type | None]:
    """Run the second act while the first is done and not yet committed; return their refusals."""
    acted, over = Event(), Event()

    def run(act: Act, *, leads: bool) -> type | None:
        try:
            if not leads:
                acted.wait(30)
            with database.begin() as db:
                act(db)
                if leads:
                    acted.set()
                    over.wait(OPEN)
        except DomainError as error:
            return type(error)
        finally:
            (acted if leads else over).set()
        return None

    with ThreadPoolExecutor(2) as threads:
        told = [threads.submit(run, first, leads=True), threads.submit(run, second, leads=False)]
        return [one.result() for one in told]


def test_a_use_right_comes_back_beside_no_other(racing_database: Database) -> None:
    with racing_database.begin() as db:
        who = acting(db)
        product, right = make.product(db, of=make.entity(db)), make.right(db)
        facts: dict[str, Any] = {"right_id": right.id, "product_id": product.id}
        use = add_use_right(db, **who, **facts, valid_from=date(2025, 1, 1)).id
        revoked = decide_use_right(
            db, **who, use_right_id=use, kind=DecisionKind.REVOKED, paper=PAPER
        ).id
    ended = beside(
        racing_database,
        lambda db: annul_use_decision(
            db, **who, use_right_id=use, decision_id=revoked, paper=PAPER
        ),
        lambda db: add_use_right(db, **who, **facts, valid_from=make.TODAY),
    )
    assert ended == [None, Overlapping]
    with racing_database.begin(write=False) as db:
        query = select(UseRight).where(UseRight.product_id == product.id)
        assert [held_by(one).ended_on for one in db.scalars(query)] == [None]


def test_two_certificates_are_not_given_one_number(racing_database: Database) -> None:
    with racing_database.begin() as db:
        who = acting(db)
        entity = make.entity(db)
        ids = [make_certificates.certificate(db, of=entity, number=str(one)).id for one in (1, 2)]

    def renumber(one: int) -> Act:
        return lambda db: change_certificate(db, **who, certificate_id=one, number="3")

    first, second = map(renumber, ids)
    assert beside(racing_database, first, second) == [None, CertificateThere]


@pytest.mark.on("sqlite")
def test_what_no_form_sends_is_refused_and_breaks_nothing(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    right = visit(api=cast.officer).post("/api/v1/rights", json={"type": "gi", "sign": "Cua"})
    here = f"/office/rights/{right.json()['id']}"
    stale = {"type": "gi", "sign": "Cua", "seen": "2020-01-01T00:00:00+00:00"}
    for figure in ("²", "٣", "9" * 30, "-1", "1e3"):
        for path, form in (
            ("/office/rights/new", {"owner_entity_id": figure}),
            (f"{here}/edit", stale | {"owner_entity_id": figure}),
            (f"{here}/holders/new", {"entity_id": figure}),
            ("/office/use-rights/new", {"right_id": figure, "product_id": figure}),
            ("/office/certificates/revoke", {f"one_{figure}": "on"}),
        ):
            assert client.post(path, data=form).status_code == 422, (path, figure)
        assert client.get("/office/use-rights/new", params={"product_id": figure}).is_success
    for month in ("20٢٦-01", "2026-13", "2026-1", "2026-01\n", "99999-01"):
        answer = client.get("/office/expiries", params={"month": month})
        assert answer.status_code == 422, month
    assert client.get("/office/expiries?month=2099-12&within=366").status_code == 200
