"""A part of a lot need not be written down anew, and a lot put together lacks what one lacks."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.diary.handing_down import Kin
from app.diary.items import Missing
from tests import make, make_entries, make_trace
from tests.conftest import Cast
from tests.make_entries import harvested, sampled, stocked


@dataclass(frozen=True)
class Said:
    """An entry of a stage; the number tells it from others."""

    stage: str
    number: int
    kind: str = "other"


@pytest.mark.parametrize(
    ("sources", "entries", "wanted"),
    [
        ({}, {2: "ab"}, ""),
        ({1: [2]}, {2: "ab"}, "a2 b2"),
        ({1: [2]}, {1: "b", 2: "ab"}, "a2 b2"),
        ({1: [2, 3]}, {2: "ab", 3: "b"}, "b2 b3"),
        # The lot itself made good what one of them lacked.
        ({1: [2, 3]}, {1: "a", 2: "ab", 3: "b"}, "a2 b2 b3"),
        ({1: [2, 3], 2: [4], 3: [4]}, {4: "a", 3: "b"}, "a4"),
        ({1: [2], 2: [3]}, {2: "b", 3: "a"}, "b2 a3"),
        ({1: [2], 2: [1]}, {2: "a"}, "a2"),
        ({1: [2, 3]}, {2: "a"}, ""),
    ],
)
def test_sources_hand_down_the_stages_that_all_of_them_went_through(
    sources: dict[int, list[int]], entries: dict[int, str], wanted: str
) -> None:
    said = {lot: [Said(stage, lot) for stage in stages] for lot, stages in entries.items()}
    told = Kin(sources, said).handed_down(1)
    assert " ".join(f"{one.stage}{one.number}" for one in told) == wanted


def test_many_diamonds_take_no_time() -> None:
    sources = {lot: [lot + 1, lot + 2] for lot in range(1, 190)}
    assert Kin(sources, {191: [Said("a", 1)], 190: [Said("a", 2)]}).through(1) == {"a"}


def test_the_gate_reads_what_parts_have_of_the_whole(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    whole = make_entries.templated_lot(db, of=product)
    stocked(db, whole)
    sampled(db, whole)
    harvested(db, whole)
    same = {"template_version_id": whole.template_version_id}
    part, mixed = (make.lot(db, of=product, **same) for _ in "ab")
    assert Missing.STAGE in make.lacking(db, part)
    make_trace.link(db, whole, part)
    assert make.lacking(db, part) == []
    # Part of what is put together was never sampled.
    other = make.lot(db, of=product, **same)
    stocked(db, other)
    harvested(db, other)
    make_trace.link(db, whole, mixed)
    make_trace.link(db, other, mixed)
    assert make.lacking(db, mixed) == [Missing.TEST]
    # Another product's diary says nothing of this one's.
    foreign = make.lot(db, of=make.product(db, of=cast.entity), **same)
    make_trace.link(db, whole, foreign)
    assert Missing.STAGE in make.lacking(db, foreign)
