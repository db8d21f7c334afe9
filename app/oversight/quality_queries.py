from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.oversight.failing import CriterionFacts, QualityFacts
from app.oversight.quality_models import Criterion, QualityLift, QualityTest
from app.oversight.testing import LimitKind, Verdict
from app.products.models import Product

SORTS: Final = {"sampled": (QualityTest.sampled_on,), "laboratory": (QualityTest.laboratory,)}
# Of one lot or product more are not looked at: the latest count.
_MOST: Final = 200


class NoSuchTest(NotFound):
    """There is no such quality test"""

    code = "oversight.no_such_test"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFilter:
    """Which tests are wanted; what is left out does not narrow it.

    `expired_on` wants those that were valid until a day before.
    """

    text: str = ""
    verdict: Verdict | None = None
    standing: bool = False
    expired_on: date | None = None
    public: bool = False
    entity_id: int | None = None
    product_id: int | None = None
    lot_id: int | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A test with the names beside its ids."""

    test: QualityTest
    entity: str
    product: str
    lot: str
    lifted: bool

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.test.verdict)


def is_lifted() -> ColumnElement[bool]:
    """Return the condition on tests that an officer said block no more."""
    # By one column: the look-ups' role may not read them all.
    return (
        select(QualityLift.test_id)
        .where(QualityLift.test_id == QualityTest.id, QualityLift.version == QualityTest.version)
        .exists()
    )


def against() -> ColumnElement[bool]:
    """Return the condition on failed tests that nobody lifted, whatever was tested since."""
    return and_(
        QualityTest.verdict == Verdict.FAILED, QualityTest.struck_at.is_(None), ~is_lifted()
    )


def get_test(db: Session, test_id: int, *, actor: Actor, lock: bool = False) -> QualityTest:
    """Return a test the actor sees, or raise NoSuchTest; `lock` holds it to the end."""
    query = select(QualityTest).where(QualityTest.id == test_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalars(query).one_or_none()
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchTest
    return found


def find_lift(db: Session, test: QualityTest) -> QualityLift | None:
    return db.get(QualityLift, (test.id, test.version))


def find_twin(db: Session, test: QualityTest) -> QualityTest | None:
    """Return another test that stands and says it is of the same sample, by the same report."""
    same = ("entity_id", "product_id", "lot_id", "sampled_on", "sample_no", "report_no")
    query = select(QualityTest).where(
        QualityTest.struck_at.is_(None),
        *(
            getattr(QualityTest, name).is_not_distinct_from(getattr(test, name))
            for name in (*same, "laboratory")
        ),
    )
    if test.id is not None:
        query = query.where(QualityTest.id != test.id)
    with db.no_autoflush:
        return db.scalars(query.limit(1)).one_or_none()


def list_tests(
    db: Session, *, actor: Actor, cut: Cut, wanted: SampleFilter | None = None
) -> Page[QualityTest]:
    """Return a page of the tests the actor sees."""
    asked = wanted or SampleFilter()
    query = select(QualityTest)
    scope = frozenset(actor.memberships) if asked.own else actor.scope()
    if scope is not None:
        query = query.where(QualityTest.entity_id.in_(scope))
    equal: tuple[tuple[Any, Any], ...] = (
        (QualityTest.verdict, asked.verdict),
        (QualityTest.entity_id, asked.entity_id),
        (QualityTest.product_id, asked.product_id),
        (QualityTest.lot_id, asked.lot_id),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    if asked.standing:
        query = query.where(against())
    if asked.expired_on is not None:
        query = query.where(QualityTest.valid_until < asked.expired_on)
    if asked.public:
        query = query.where(QualityTest.public)
    for word in fold(asked.text).split():
        query = query.where(_named(word))
    return take(db, query, QualityTest.id, cut, SORTS)


def _named(word: str) -> ColumnElement[bool]:
    owners = select(Entity.id).where(Entity.folded.contains(word, autoescape=True))
    products = select(Product.id).where(Product.folded.contains(word, autoescape=True))
    return or_(
        QualityTest.folded.contains(word, autoescape=True),
        QualityTest.entity_id.in_(owners),
        QualityTest.product_id.in_(products),
    )


def sample_rows(db: Session, tests: Sequence[QualityTest]) -> list[SampleRow]:
    """Return tests with the names of what they are of, read together."""
    entities, products, lots = (
        {row[0]: row[1] for row in db.execute(query)}
        for query in (
            select(Entity.id, Entity.name).where(Entity.id.in_({one.entity_id for one in tests})),
            select(Product.id, Product.name).where(
                Product.id.in_({one.product_id for one in tests})
            ),
            select(Lot.id, Lot.number).where(Lot.id.in_({one.lot_id for one in tests})),
        )
    )
    lifted = set(
        db.scalars(
            select(QualityTest.id).where(QualityTest.id.in_([one.id for one in tests]), is_lifted())
        )
    )
    return [
        SampleRow(
            one,
            entities[one.entity_id],
            products.get(one.product_id or 0, ""),
            lots.get(one.lot_id or 0, ""),
            one.id in lifted,
        )
        for one in tests
    ]


def criteria_of(db: Session, tests: Iterable[QualityTest]) -> dict[int, list[Criterion]]:
    """Return the criteria of tests as they stand; each has a list."""
    found: dict[int, list[Criterion]] = {one.id: [] for one in tests}
    query = (
        select(Criterion)
        .join(QualityTest, QualityTest.id == Criterion.test_id)
        .where(Criterion.test_id.in_(found), Criterion.version == QualityTest.version)
        .order_by(Criterion.position)
    )
    for one in db.scalars(query):
        found[one.test_id].append(one)
    return found


# Columns alone: the look-ups' role reads no others.
_FACTS: Final[Select[*tuple[Any, ...]]] = select(
    QualityTest.id,
    QualityTest.entity_id,
    QualityTest.product_id,
    QualityTest.lot_id,
    QualityTest.version,
    QualityTest.sampled_on,
    QualityTest.laboratory,
    QualityTest.report_no,
    QualityTest.reported_on,
    QualityTest.valid_until,
    QualityTest.public,
    QualityTest.verdict,
    is_lifted().label("lifted"),
).where(QualityTest.struck_at.is_(None))
_OF_PRODUCT: Final = (
    _FACTS.where(QualityTest.product_id == bindparam("product_id"), QualityTest.lot_id.is_(None))
    .order_by(QualityTest.id.desc())
    .limit(_MOST)
)
_OF_LOTS: Final = (
    _FACTS.where(QualityTest.lot_id.in_(bindparam("lots", expanding=True)))
    .order_by(QualityTest.id.desc())
    .limit(_MOST)
)
_CRITERIA: Final = (
    select(
        Criterion.test_id,
        Criterion.version,
        Criterion.name,
        Criterion.verdict,
        Criterion.limit_kind,
        Criterion.limit_low,
        Criterion.limit_high,
        Criterion.limit_text,
        Criterion.unit,
        Criterion.result_text.label("result"),
        Criterion.method,
    )
    .where(Criterion.test_id.in_(bindparam("tests", expanding=True)))
    .order_by(Criterion.position)
)


def tests_of_product(db: Session, product_id: int) -> tuple[QualityFacts, ...]:
    """Return the latest tests of a whole product that stand; whoever asks, and no notes of it."""
    return _facts(db, db.execute(_OF_PRODUCT, {"product_id": product_id}).all())


def tests_of_products(db: Session, ids: Collection[int]) -> dict[int, list[QualityFacts]]:
    """Return the tests that stand of some whole products, by product."""
    found: dict[int, list[QualityFacts]] = {product_id: [] for product_id in ids}
    whole = QualityTest.product_id.in_(ids), QualityTest.lot_id.is_(None)
    for one in facts_where(db, *whole):
        if one.product_id is not None:
            found[one.product_id].append(one)
    return found


def tests_of_lots(db: Session, ids: Collection[int]) -> tuple[QualityFacts, ...]:
    """Return the latest tests of some lots that stand, as `tests_of_product` does."""
    return _facts(db, db.execute(_OF_LOTS, {"lots": list(ids)}).all()) if ids else ()


def tests_for(db: Session, *, product_id: int, lot_id: int | None) -> tuple[QualityFacts, ...]:
    """Return what bears on a lot: its own tests and those of its whole product."""
    own = () if lot_id is None else tests_of_lots(db, [lot_id])
    return (*own, *tests_of_product(db, product_id))


def facts_where(db: Session, *conditions: ColumnElement[bool]) -> tuple[QualityFacts, ...]:
    """Return the tests that stand and meet conditions; the caller answers for who may see them."""
    return _facts(db, db.execute(_FACTS.where(*conditions)).all())


def _facts(db: Session, rows: Sequence[Row[Any]]) -> tuple[QualityFacts, ...]:
    if not rows:
        return ()
    versions: Mapping[int, int] = {row.id: row.version for row in rows}
    criteria: dict[int, list[CriterionFacts]] = {}
    for line in db.execute(_CRITERIA, {"tests": list(versions)}):
        facts = line._asdict()
        if versions[facts.pop("test_id")] == facts.pop("version"):
            facts["verdict"] = Verdict(line.verdict)
            facts["limit_kind"] = LimitKind(line.limit_kind)
            criteria.setdefault(line.test_id, []).append(CriterionFacts(**facts))
    found = []
    for row in rows:
        facts = row._asdict()
        facts.pop("version")
        facts["verdict"] = Verdict(row.verdict)
        found.append(QualityFacts(**facts, criteria=tuple(criteria.get(row.id, ()))))
    return tuple(found)
