"""What becomes of each row of a spreadsheet of test results. Nothing is written here.

Rows of one sample are one test: where any of them is refused, all of them are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.import_queries import KnownEntities
from app.entities.parts import NotYet
from app.kit.columns import Fault
from app.kit.errors import Conflict, DomainError, Invalid, title_of
from app.kit.headings import ReadRow
from app.kit.i18n import N_
from app.kit.imports import Fate, Planned, ValueMissing
from app.kit.text import fold
from app.oversight.quality_import_columns import CRITERION, HEAD, TESTS
from app.oversight.quality_models import Criterion, QualityTest
from app.oversight.quality_queries import criteria_of, find_twin
from app.oversight.results import read_figure
from app.oversight.sampling import (
    MOST_CRITERIA,
    CriterionTwice,
    DaysCrossed,
    Sample,
    TooManyCriteria,
)
from app.oversight.testing import (
    LimitKind,
    LimitMissing,
    Verdict,
    VerdictFollows,
    Written,
    judge,
)
from app.products.import_plan_actions import KnownProducts

_HEAD: Final = tuple(one.name for one in HEAD)
_CRITERION: Final = tuple(one.name for one in CRITERION)
_GOODS: Final = ("entity_id", "product_id", "lot_id")
_KEY: Final = (*_GOODS, "sampled_on", "sample_no", "report_no", "laboratory")
_OF_PRODUCT: Final = ("product_id", "product_gtin", "product_own_code")

Facts = dict[str, Any]


class NoSuchLotWritten(Conflict):
    """There is no such lot"""

    code: ClassVar[str] = "oversight.lot_not_written"
    detail: ClassVar[str] = N_("“{written}” is not recorded for this product, or for several.")
    field = "lot_id"

    def __init__(self, *, written: str) -> None:
        self.written = written[:40]


class SampleDiffers(Invalid):
    """Another row says something else of the same sample"""

    code: ClassVar[str] = "oversight.sample_differs"
    detail: ClassVar[str] = N_("See row {row}. Give them one value, or another sample number.")

    def __init__(self, *, row: int) -> None:
        self.row = row


class SampleRefused(Conflict):
    """Another row of the same sample is refused"""

    code: ClassVar[str] = "oversight.sample_refused"
    detail: ClassVar[str] = N_("See row {row}: a test is imported whole or not at all.")

    def __init__(self, *, row: int) -> None:
        self.row = row


@dataclass
class _Group:
    """The rows of one sample, with what they say of it together and where it was said first."""

    rows: list[tuple[ReadRow, Facts, list[Fault]]] = field(default_factory=list)
    head: Facts = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)


class _Known:
    """What rows refer to."""

    def __init__(self, db: Session) -> None:
        self.db, self.entities = db, KnownEntities(db)
        self.products = KnownProducts(db, self.entities)
        self.lots: dict[int, str] = {}

    def goods(self, facts: Facts) -> Facts:
        """Take what names the goods out of a row, and return whose and what they are."""
        owner = {name: facts.pop(name, None) for name in ("entity_tax_no", "entity_id")}
        told = {name: facts.pop(name, None) for name in _OF_PRODUCT}
        number = facts.pop("lot_id", None)
        entity, found = None, dict.fromkeys(_GOODS)
        if any(owner.values()):
            entity = self.entities.named(owner["entity_tax_no"], owner["entity_id"])
            found["entity_id"] = entity["id"]
        if any(told.values()):
            product = self.products.named(told, entity)
            found |= {"product_id": product["id"], "entity_id": product["entity_id"]}
        if found["entity_id"] is None:
            raise ValueMissing(field="entity_id")
        if number:
            found |= self._lot(number, found)
        return found

    def _lot(self, number: str, found: Mapping[str, Any]) -> Facts:
        query = select(Lot.id, Lot.product_id).where(
            Lot.number == number, Lot.entity_id == found["entity_id"]
        )
        if found["product_id"] is not None:
            query = query.where(Lot.product_id == found["product_id"])
        rows = self.db.execute(query.limit(2)).all()
        if len(rows) != 1:
            raise NoSuchLotWritten(written=number)
        self.lots[rows[0].id] = number
        return {"lot_id": rows[0].id, "product_id": rows[0].product_id}

    def told(self, name: str, value: Any) -> Any:  # noqa: ANN401 - a column's value
        """Return a value as people read it."""
        if value is None or value == "":
            return ""
        if name == "entity_id":
            return self.entities.name(value)
        if name == "product_id":
            return self.products.by_id[value]["name"]
        if name == "lot_id":
            return self.lots.get(value, "")
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def plan_tests(db: Session, rows: Sequence[ReadRow], *, on: date, province: str) -> list[Planned]:
    """Return what becomes of each row."""
    del province  # A sample is of somebody's goods, wherever they are.
    known = _Known(db)
    planned: list[Planned] = []
    for group in _groups(rows, known):
        planned.extend(_planned(known, group, on))
    return sorted(planned, key=lambda one: one.number)


def _groups(rows: Sequence[ReadRow], known: _Known) -> Iterator[_Group]:
    groups: dict[object, _Group] = {}
    for row in rows:
        facts, faults = dict(row.facts), list(row.faults)
        key: object = row.number
        try:
            goods = known.goods(facts)
            facts |= goods
            if not faults:
                key = tuple(facts.get(name) for name in _KEY)
        except DomainError as error:
            faults.append(Fault.of(error, error.field or "entity_id"))
        group = groups.setdefault(key, _Group())
        group.rows.append((row, facts, faults))
        for name in (*_GOODS, *_HEAD):
            value = facts.get(name)
            if value is None:
                continue
            if group.head.setdefault(name, value) != value:
                faults.append(Fault.of(SampleDiffers(row=group.said[name]), name))
            group.said.setdefault(name, row.number)
    yield from groups.values()


def _planned(known: _Known, group: _Group, on: date) -> Iterator[Planned]:
    test = None
    if not any(faults for _, _, faults in group.rows):
        test = find_twin(known.db, QualityTest(**dict.fromkeys(_KEY) | _key(group.head)))
    before = criteria_of(known.db, [test])[test.id] if test else []
    written = _criteria(group, before)
    _check_head(group, test, on)
    refused = next((row.number for row, _, faults in group.rows if faults), None)
    if refused is not None:
        for row, _, faults in group.rows:
            why = faults or [Fault.of(SampleRefused(row=refused))]
            yield Planned(row.number, Fate.REFUSED, _label(row), faults=why)
        return
    yield from _fates(known, group, test, before, written)


def _key(head: Mapping[str, Any]) -> Facts:
    texts = {"sample_no": "", "report_no": ""}
    return texts | {name: value for name, value in head.items() if name in _KEY}


def _label(row: ReadRow) -> str:
    told = (row.facts.get(name) for name in ("report_no", "sample_no", "name"))
    return " · ".join(filter(None, told))


def _check_head(group: _Group, test: QualityTest | None, on: date) -> None:
    """Refuse what a form would be refused for, at the row that says it."""
    head = group.head
    first = group.rows[0]
    for column in TESTS:
        lacks = column.required and column.name in _HEAD and column.name not in head
        if lacks and test is None and not any(one.column == column.name for one in first[2]):
            first[2].append(Fault.of(ValueMissing(), column.name))
    sampled = head.get("sampled_on")
    for name in ("sampled_on", "reported_on", "valid_until"):
        day = head.get(name)
        if day is None:
            continue
        if name != "valid_until" and day > on:
            _blame(group, name, NotYet(field=name))
        elif sampled is not None and day < sampled:
            _blame(group, name, DaysCrossed(sampled_on=sampled, field=name))


def _blame(group: _Group, name: str, error: DomainError) -> None:
    for row, _, faults in group.rows:
        if row.number == group.said[name]:
            faults.append(Fault.of(error))


def _criteria(group: _Group, before: Sequence[Criterion]) -> list[Written]:
    """Return what the test asks of its sample once the rows are written, in their order.

    A criterion on record that no row names stays as it is.
    """
    made = {fold(one.name): _as_written(one) for one in before}
    seen: set[str] = set()
    for _, facts, faults in group.rows:
        given = {name: facts[name] for name in _CRITERION if name in facts}
        if "name" not in given:
            faults.append(Fault.of(ValueMissing(), "name"))
            continue
        key = fold(given["name"])
        try:
            if key in seen:
                raise CriterionTwice(field="name")
            seen.add(key)
            made[key] = _merged(made.get(key), given)
            judge(made[key])
            if len(made) > MOST_CRITERIA:
                raise TooManyCriteria
        except (LimitMissing, VerdictFollows) as error:
            faults.append(Fault(error.field or "", title_of(type(error))))
        except DomainError as error:
            column = "name" if error.field == "name_1" else error.field or "result"
            faults.append(replace(Fault.of(error), column=column))
    return list(made.values())


def _merged(before: Written | None, given: Mapping[str, Any]) -> Written:
    if before is None and "limit_kind" not in given:
        raise ValueMissing(field="limit_kind")
    facts = asdict(before) if before else {}
    facts |= given
    for name in ("limit_low", "limit_high"):
        if name in given:
            facts[name] = read_figure(given[name], field=name)
    facts["limit_kind"] = LimitKind(facts["limit_kind"])
    facts["said"] = Verdict(facts["said"]) if facts.get("said") else None
    return Written(**facts)


def _as_written(one: Criterion) -> Written:
    return Written(
        name=one.name,
        method=one.method,
        limit_kind=LimitKind(one.limit_kind),
        limit_low=_decimal(one.limit_low),
        limit_high=_decimal(one.limit_high),
        limit_text=one.limit_text,
        unit=one.unit,
        result=one.result_text,
        said=Verdict(one.verdict) if one.limit_kind == LimitKind.TEXT else None,
    )


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _fates(
    known: _Known,
    group: _Group,
    test: QualityTest | None,
    before: Sequence[Criterion],
    written: Sequence[Written],
) -> Iterator[Planned]:
    """Yield what becomes of each row; the first that is written carries the whole test."""
    stood = {fold(one.name): _as_written(one) for one in before}
    made = {fold(one.name): one for one in written}
    sample = Sample(**{**_stood(test), **group.head})
    facts: Facts = {"sample": sample, "criteria": written}
    for place, (row, given, _) in enumerate(group.rows):
        key = fold(given["name"])
        shown = dict(_differing(known, stood.get(key), made[key], given))
        if place == 0:
            shown = dict(_head_differing(known, test, group.head)) | shown
        fate = Fate.SAME if test and not shown else Fate.CHANGED if test else Fate.NEW
        one = Planned(row.number, fate, _label(row), test.id if test else None, shown=shown)
        if fate is not Fate.SAME:
            one.facts, facts = facts, {}
        yield one


def _stood(test: QualityTest | None) -> Facts:
    names = asdict(Sample(sampled_on=date.min, sampled_by="", laboratory=""))
    return {name: getattr(test, name) for name in names} if test else {}


def _head_differing(
    known: _Known, test: QualityTest | None, head: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name, value in head.items():
        stands = getattr(test, name) if test else None
        if stands != value:
            yield name, (known.told(name, stands), known.told(name, value))


def _differing(
    known: _Known, before: Written | None, after: Written, given: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name in _CRITERION:
        stands, value = (getattr(before, name) if before else None), getattr(after, name)
        if name not in given or stands == value or (name == "said" and stands and not value):
            continue
        # A verdict that follows anyway is none of its own.
        if name == "said" and before and after.limit_kind is not LimitKind.TEXT:
            continue
        yield name, (_plain(known.told(name, stands)), _plain(known.told(name, value)))


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value, as JSON can hold it
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(value) if isinstance(value, LimitKind | Verdict) else value
