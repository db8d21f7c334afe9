"""What a lot has and what it lacks before stamps may be activated onto it.

The ten items of Circular 02/2024/TT-BKHCN, what the lot's template demands, and what nothing
lets pass. Each item says in plain words what is missing, what to do and where.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from app.certificates.policy import Lack
from app.certificates.rules import over_from
from app.diary.checking import lacking_fields
from app.diary.items import ITEMS, Missing, Where
from app.diary.remarks import Choice, Figure, said
from app.diary.rules import EntryKind
from app.diary.template import Stage, Template
from app.diary.values import Value
from app.diary.withdrawal import Early, Period
from app.kit.clock import day_of
from app.kit.errors import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name in two languages, as templates give them."""

    vi: str
    en: str = ""

    def in_(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.vi


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One item of a lot: whether it is there, and what is said of it.

    `stage` is the code of the stage it is about, `names` what stages and fields are called.
    """

    item: Missing
    done: bool = False
    stage: str = ""
    names: Mapping[str, Named] = field(default_factory=dict)
    figures: Mapping[str, str | int | date | Choice] = field(default_factory=dict)
    # The harvest or packing it is about.
    entry_id: UUID | None = None

    @property
    def code(self) -> str:
        return self.item.value

    @property
    def where(self) -> Where:
        return ITEMS[self.item].where

    def said(self, words: Words) -> str:
        """Return the item as it stands: what is there, or what is missing."""
        item = ITEMS[self.item]
        return self._told(item.has if self.done else item.lacks, words)

    def mend(self, words: Words) -> str:
        """Return what to do about it; nothing where it is done."""
        return "" if self.done else self._told(ITEMS[self.item].mend, words)

    def _told(self, text: str, words: Words) -> str:
        figures: dict[str, Figure] = {
            name: one.in_(words.language) for name, one in self.names.items()
        }
        for name, value in self.figures.items():
            figures[name] = words.date(value) if isinstance(value, date) else value
        return said(text, figures, words)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """An entry that stands, as far as completeness goes. Promised photos are told apart."""

    kind: EntryKind
    stage: str
    values: Mapping[str, Value]
    located: bool
    photos: int
    photos_due: int
    goods: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFacts:
    """What the gate asks of a lot; `entries` are those that stand and were not erased."""

    product_name: str
    has_picture: bool
    maker: str
    has_commune: bool
    address: str
    has_code: bool
    has_location: bool
    produced_on: date | None
    has_shelf_life: bool
    expires_on: date | None
    standards: int
    material: str
    # None where no certificate is asked for.
    lacks: Sequence[Lack] | None = None
    product_active: bool
    entity_active: bool
    recalled: bool
    on_hold: bool
    template: Template
    plain: bool
    entries: Sequence[EntryFacts]
    waiting: int = 0
    period: Period | None = None
    early: Early | None = None
    # Of lots it is made of, with the number of each.
    source_period: tuple[str, Period] | None = None
    source_early: tuple[str, Early] | None = None
    # Stages whose test, or whose photos, an officer let pass.
    tests_passed: frozenset[str] = frozenset()
    photos_passed: frozenset[str] = frozenset()


def checks(facts: LotFacts) -> tuple[Check, ...]:
    """Return all items of a lot, done or not, in the order they are shown."""
    stages = [] if facts.plain else list(_stages(facts))
    found = [*_plain(facts), *_certificates(facts), *stages, *_diary(facts)]
    order = list(Missing)
    return tuple(sorted(found, key=lambda one: order.index(one.item)))


def missing(found: Iterable[Check]) -> tuple[Check, ...]:
    """Return what keeps stamps from being activated; nothing lets it pass."""
    return tuple(one for one in found if not one.done)


def _plain(facts: LotFacts) -> Iterable[Check]:
    there = {
        Missing.ENTITY_ACTIVE: facts.entity_active,
        Missing.PRODUCT_ACTIVE: facts.product_active,
        Missing.RECALLED: not facts.recalled,
        Missing.ON_HOLD: not facts.on_hold,
        Missing.MATERIAL: not facts.material,
        Missing.PRODUCT_NAME: bool(facts.product_name.strip()),
        Missing.PICTURE: facts.has_picture,
        Missing.MAKER: bool(facts.maker.strip()),
        Missing.COMMUNE: facts.has_commune,
        Missing.ADDRESS: bool(facts.address.strip()),
        Missing.PRODUCT_CODE: facts.has_code,
        Missing.LOCATION: facts.has_location
        or bool(facts.entries and all(one.located for one in facts.entries)),
        Missing.PRODUCTION_DATE: facts.produced_on is not None,
        Missing.EXPIRY_DATE: not facts.has_shelf_life or facts.expires_on is not None,
        Missing.STANDARD: facts.standards > 0,
        Missing.ENTRY: bool(facts.entries),
    }
    for item, done in there.items():
        if not (done and item in _SILENT):
            yield Check(item=item, done=done, figures={"material": facts.material})


def _certificates(facts: LotFacts) -> Iterable[Check]:
    if facts.lacks is not None and not facts.lacks:
        yield Check(item=Missing.CERTIFICATE, done=True)
    for lack in facts.lacks or ():
        kinds = Choice(tuple(kind.label for kind in lack.kinds))
        ended = lack.ended
        if ended is None:
            yield Check(item=Missing.CERTIFICATE, figures={"kinds": kinds})
        else:
            yield Check(
                item=Missing.CERTIFICATE_ENDED,
                figures={"kinds": kinds, "number": ended.number, "ended": over_from(ended)},
            )


def _stages(facts: LotFacts) -> Iterable[Check]:
    for stage in facts.template.stages:
        named = {"name": Named(vi=stage.name, en=stage.name_en)}
        entries = [one for one in facts.entries if one.stage == stage.code]
        if stage.test:
            done = tested(stage, entries) or stage.code in facts.tests_passed
            yield Check(item=Missing.TEST, done=done, stage=stage.code, names=named)
        elif stage.required:
            yield Check(item=Missing.STAGE, done=bool(entries), stage=stage.code, names=named)
        yield from _fields(stage, named, entries)
        yield from _photos(facts, stage, named, entries)


def tested(stage: Stage, entries: Sequence[EntryFacts]) -> bool:
    """Tell whether what a stage tests for was found in order, by the last entry of each test.

    A result that is awaited, or missing where the stage asks for one, is none.
    """
    last = {str(one.values.get("test", "")): one.values.get("result", "") for one in entries}
    unsaid = {""} if stage.field("result") else set()
    return bool(last) and not _FAILED.union(unsaid).intersection(map(str, last.values()))


def _fields(
    stage: Stage, named: Mapping[str, Named], entries: Sequence[EntryFacts]
) -> Iterable[Check]:
    lacking = {
        field.name: field
        for one in entries
        for field in lacking_fields(stage, one.values, goods=one.goods)
    }
    for one in lacking.values():
        names = {**named, "label": Named(vi=one.label, en=one.label_en)}
        yield Check(item=Missing.FIELD, stage=stage.code, names=names)


def _photos(
    facts: LotFacts, stage: Stage, named: Mapping[str, Named], entries: Sequence[EntryFacts]
) -> Iterable[Check]:
    if not stage.photos or not entries:
        return
    short = [one for one in entries if one.photos + one.photos_due < stage.photos]
    done = not short or stage.code in facts.photos_passed
    figures = {"count": len(short), "least": stage.photos}
    yield Check(item=Missing.PHOTOS, done=done, stage=stage.code, names=named, figures=figures)


def _diary(facts: LotFacts) -> Iterable[Check]:
    if due := sum(one.photos_due for one in facts.entries):
        yield Check(item=Missing.PHOTOS_DUE, figures={"count": due})
    if facts.waiting:
        yield Check(item=Missing.APPROVAL, figures={"count": facts.waiting})
    if facts.period:
        yield Check(item=Missing.WITHDRAWAL, figures=_period(facts.period))
    if facts.early:
        work = facts.early.work
        yield Check(
            item=Missing.HARVESTED_EARLY, figures=_early(facts.early), entry_id=work.entry_id
        )
    if facts.source_period:
        number, period = facts.source_period
        yield Check(item=Missing.SOURCE_WITHDRAWAL, figures={"lot": number, **_period(period)})
    if facts.source_early:
        number, early = facts.source_early
        yield Check(item=Missing.SOURCE_EARLY, figures={"lot": number, **_early(early)})


def _period(period: Period) -> dict[str, str | date]:
    return {"agent": period.agent or "…", "until": period.until}


def _early(early: Early) -> dict[str, str | date]:
    return {"taken": day_of(early.work.performed_at), **_period(early.period)}


# The values of results that don't let a lot pass, as the ready templates name them.
_FAILED: Final = frozenset({"khong-dat", "cho"})

# What every lot fulfils, and nobody has to do anything for: told only where it is otherwise.
_SILENT: Final = frozenset(
    {
        Missing.ENTITY_ACTIVE,
        Missing.PRODUCT_ACTIVE,
        Missing.RECALLED,
        Missing.ON_HOLD,
        Missing.MATERIAL,
    }
)
