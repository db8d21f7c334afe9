"""What is done to rights, use rights and certificates, and on which days the answer turns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.kit.clock import start_of
from app.kit.db import Database
from app.products.models import OcopCertificate
from tests.client import Client
from tests.conftest import Cast

SECOND = timedelta(seconds=1)
STARS = "OCOP 4 sao"
PAPER: dict[str, Any] = {"decision_no": "9/QĐ", "decided_on": "2026-03-10", "reason": "Vì vậy"}
MARK: dict[str, Any] = {"type": "certification_mark"}
OPEN: dict[str, Any] = {"valid_from": date(2024, 1, 1), "valid_to": None}


@dataclass
class Case:
    """A product and what bears on it; `shows` is what a surface names while it holds."""

    name: str
    product: int
    stamp: str
    lot: int
    right: int
    use: int
    shows: str
    office: Client
    # Its use right is granted for a form: users are listed whatever the product is sold as.
    formed: bool = False
    line: list[tuple[datetime, Callable[[], None] | None, bool | None]] = field(
        default_factory=list
    )

    def turns(self, *days: str, first: bool) -> None:
        """Say on which days the answer turns; before the first of them it is `first`."""
        now = first
        for day in days:
            begin = start_of(date.fromisoformat(day))
            self.line += [(begin - SECOND, None, now), (begin, None, not now)]
            now = not now

    def acts(self, at: str, act: Callable[[], None], *, shown: bool | None = None) -> None:
        """Have something done at noon of a day; from then on it is shown or not."""
        self.line.append((start_of(date.fromisoformat(at)) + timedelta(hours=12), act, shown))

    def send(self, path: str, method: str = "POST", **body: Any) -> None:  # noqa: ANN401 - what is sent
        answer = self.office.request(method, f"/api/v1/{path}", json=body)
        assert answer.status_code < 300, f"{self.name}: {answer.text}"

    def decide(self, kind: str, on: str, **more: Any) -> None:  # noqa: ANN401 - as above
        self.send(f"use-rights/{self.use}/decisions", kind=kind, effective_on=on, **PAPER, **more)

    def decide_right(self, kind: str, on: str | None = None, **more: Any) -> None:  # noqa: ANN401 - as above
        given = PAPER | {"effective_on": on} if on else PAPER
        self.send(f"rights/{self.right}/decisions", kind=kind, **given, **more)


def the_cases(case: Callable[..., Case], database: Database, cast: Cast) -> list[Case]:
    """Return the table: what stands, what is done when, and on which days the answer turns."""
    term = {"valid_from": date(2026, 4, 1), "valid_to": date(2026, 12, 31)}
    held = case("a use right for its term", use=term)
    held.turns("2026-04-01", "2027-01-01", first=False)

    right = case("a mark until it expires", {**MARK, "expires_on": date(2026, 5, 31)}, OPEN)
    right.turns("2026-06-01", first=True)

    gone = case("a use right of a producer that is dissolved", use=OPEN, of=cast.other)
    bears = {"type": "trademark", "owner_entity_id": cast.other.id, "expires_on": date(2029, 9, 9)}
    mine = case("an own trademark of a producer that is dissolved", bears, of=cast.other)
    link: dict[str, Any] = {"product_id": mine.product}
    mine.acts("2026-03-09", lambda: mine.send(f"rights/{mine.right}/products", **link), shown=True)
    _dissolves(cast.other.id, gone, mine)

    renewed = case("a mark renewed", {**MARK, "expires_on": date(2026, 6, 30)}, OPEN)
    renewed.acts("2026-05-04", lambda: renewed.decide_right("renewed"), shown=True)
    renewed.line += [(start_of(date(2026, 7, 1)), None, True)]
    renewed.turns("2036-07-01", first=True)

    late = case(
        "a mark renewed in its months of grace", {**MARK, "expires_on": date(2026, 6, 30)}, OPEN
    )
    late.turns("2026-07-01", first=True)
    late.acts("2026-08-03", lambda: late.decide_right("renewed"), shown=True)

    turned = case("suspended, resumed, suspended for a while, revoked", use=OPEN)
    turned.acts("2026-03-11", lambda: turned.decide("suspended", "2026-04-10"), shown=True)
    turned.acts("2026-03-12", lambda: turned.decide("resumed", "2026-05-10"), shown=True)
    turned.acts("2026-05-11", lambda: turned.decide("suspended", "2026-06-10", until="2026-06-20"))
    turned.acts("2026-05-12", lambda: turned.decide("revoked", "2026-09-02"))
    turned.turns("2026-04-10", "2026-05-10", "2026-06-10", "2026-06-21", "2026-09-02", first=True)

    given = case("given back, and granted anew after a gap", use=OPEN)
    given.acts("2026-03-13", lambda: given.decide("ended", "2026-04-30"), shown=True)
    anew: dict[str, Any] = {
        "right_id": given.right,
        "product_id": given.product,
        "valid_from": "2026-05-10",
    }
    given.acts("2026-04-20", lambda: given.send("use-rights", **anew), shown=True)
    given.turns("2026-04-30", "2026-05-10", first=True)

    until = {"valid_from": date(2024, 1, 1), "valid_to": date(2026, 4, 14)}
    followed = case("renewed without a gap", use=until)
    more: dict[str, Any] = {"right_id": followed.right, "product_id": followed.product}
    more |= {"valid_from": "2026-04-15", "valid_to": "2026-07-01"}
    followed.acts("2026-04-01", lambda: followed.send("use-rights", **more), shown=True)
    followed.line += [(start_of(date(2026, 4, 15)), None, True)]
    followed.turns("2026-07-02", first=True)

    above = case("a right suspended, resumed and ended", use=OPEN)
    above.acts("2026-03-14", lambda: above.decide_right("suspended", "2026-05-01"), shown=True)
    above.acts("2026-03-15", lambda: above.decide_right("resumed", "2026-05-08"), shown=True)
    above.acts("2026-03-16", lambda: above.decide_right("ended", "2026-10-01"), shown=True)
    above.turns("2026-05-01", "2026-05-08", "2026-10-01", first=True)

    return [
        *(held, right, gone, mine, renewed, late, turned, given, followed, above),
        *_at_once(case, cast),
        _stars(case, database),
    ]


def _dissolves(entity_id: int, *cases: Case) -> None:
    """Let a producer be dissolved, back in operation, and dissolved as of a day that is past."""
    first, path = cases[0], f"entities/{entity_id}"
    begin = start_of(date(2026, 8, 10))
    meant: dict[str, Any] = {"dissolved_on": "2026-09-01", "past_is_meant": True}
    for at, day, shown in (
        (begin - SECOND, None, True),
        (begin, {"dissolved_on": "2026-08-10"}, False),
        (begin + timedelta(days=1) - SECOND, {"dissolved_on": None}, True),
        (start_of(date(2026, 9, 20)), meant, False),
    ):
        act = None if day is None else partial(first.send, path, "PATCH", **day)
        first.line.append((at, act, shown))
        for other in cases[1:]:
            other.line.append((at, None, shown))


def _at_once(case: Callable[..., Case], cast: Cast) -> list[Case]:
    """Return what turns the moment it is recorded, whatever the caches held."""
    formed = case("another form than the product's", use=OPEN | {"form": "live"})
    formed.formed = True
    product = f"products/{formed.product}"
    formed.acts("2026-03-17", lambda: formed.send(product, "PATCH", form="live"), shown=True)
    formed.acts("2026-03-18", lambda: formed.send(product, "PATCH", form="processed"), shown=False)
    amended: dict[str, Any] = {"form": "processed", "valid_to": "2026-08-31"}
    use = f"use-rights/{formed.use}"
    formed.acts("2026-03-19", lambda: formed.send(use, "PATCH", **amended), shown=True)
    formed.turns("2026-09-01", first=True)

    bears = {"type": "trademark", "owner_entity_id": cast.entity.id}
    own = case("an own trademark", bears | {"expires_on": date(2026, 11, 30)})
    linked = f"rights/{own.right}/products"
    own.acts("2026-03-20", lambda: None, shown=False)
    own.acts("2026-03-21", lambda: own.send(linked, product_id=own.product), shown=True)
    own.acts("2026-03-22", lambda: own.send(f"{linked}/{own.product}/unlink"), shown=False)

    nothing = {"registration_no": None, "registration_no_as_written": "", "registration_date": ""}
    unseen = {"checked_on": None, "checked_by": ""}
    applied = case(
        "only applied for", MARK | nothing | unseen | {"application_no": "4-2025-00001"}, OPEN
    )
    path = f"rights/{applied.right}"
    granted: dict[str, Any] = {"registration_no": "165999", "registration_date": "2026-03-01"}
    applied.acts("2026-03-23", lambda: None, shown=False)
    applied.acts("2026-03-24", lambda: applied.send(path, "PATCH", **granted), shown=False)
    applied.acts("2026-03-25", lambda: applied.send(f"{path}/check", against="GCN"), shown=True)

    past = case("revoked as of a day that is past", use=OPEN)
    past.acts("2026-03-26", lambda: None, shown=True)
    past.acts(
        "2026-03-27", lambda: past.decide("revoked", "2026-03-20", past_is_meant=True), shown=False
    )
    return [formed, own, applied, past]


def _stars(case: Callable[..., Case], database: Database) -> Case:
    stars = case("an OCOP certificate, revoked")
    stars.shows = STARS
    path = f"products/{stars.product}/certificates"
    given: dict[str, Any] = {"stars": 4, "decision_no": "1/QĐ-UBND", "issuer": "UBND tỉnh Cà Mau"}
    first: dict[str, Any] = given | {"valid_from": "2026-04-02", "valid_to": "2026-06-30"}
    stars.acts("2026-03-28", lambda: stars.send(path, **first), shown=False)
    again = given | {
        "decision_no": "2/QĐ-UBND",
        "valid_from": "2026-08-01",
        "valid_to": "2027-01-31",
    }
    stars.acts("2026-03-29", lambda: stars.send(path, **again), shown=False)

    def revoke() -> None:
        with database.begin(write=False) as db:
            query = select(OcopCertificate.id).where(OcopCertificate.product_id == stars.product)
            last = max(db.scalars(query))
        reason = {"decision_no": "3/QĐ-UBND", "reason": "Giải thể", "revoked_on": "2026-10-05"}
        stars.send(f"{path}/{last}/revoke", **reason)

    stars.acts("2026-10-01", revoke, shown=True)
    stars.turns("2026-04-02", "2026-07-01", "2026-08-01", "2026-10-05", first=False)
    return stars
