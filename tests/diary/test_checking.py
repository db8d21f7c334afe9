"""What an entry may say of its stage, and how long after a treatment nothing is taken."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.diary.checking import check_values, stage_of
from app.diary.decisions import Approval, awaiting, in_force
from app.diary.rules import EntryKind
from app.diary.template import PLAIN, Stage, Template
from app.diary.values import Value
from app.diary.withdrawal import Work, days_of, open_period, periods, taken_early
from app.kit.errors import Invalid
from app.kit.i18n import Translator
from tests.make_entries import POND

TEMPLATE = Template.read(POND)
DAY = timedelta(days=1)
NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


def stage(code: str) -> Stage:
    found = TEMPLATE.stage(code)
    assert found
    return found


@pytest.mark.parametrize(
    ("code", "values", "field", "error"),
    [
        ("tha-giong", {}, "values.quantity", "diary.field_needed"),
        ("tha-giong", {"quantity": ""}, "values.quantity", "diary.field_needed"),
        ("tha-giong", {"quantity": "5"}, "values.quantity", "diary.number_needed"),
        ("tha-giong", {"quantity": True}, "values.quantity", "diary.number_needed"),
        ("tha-giong", {"quantity": -1}, "values.quantity", "diary.number_out_of_range"),
        ("tha-giong", {"quantity": 1e12}, "values.quantity", "diary.number_out_of_range"),
        ("tha-giong", {"quantity": 5, "unit": "kg"}, "values.unit", "diary.other_measure"),
        ("thu-hoach", {"quantity": 5, "unit": "con"}, "values.unit", "diary.other_measure"),
        ("thu-hoach", {"quantity": 5, "unit": "rổ to"}, "values.unit", "diary.unknown_unit"),
        ("dung-thuoc", {"agent": 7}, "values.agent", "diary.text_needed"),
        ("dung-thuoc", {"agent": "A", "dose": 0.05}, "values.dose", "diary.number_out_of_range"),
        ("dung-thuoc", {"agent": "A", "dose": 51}, "values.dose", "diary.number_out_of_range"),
        ("dung-thuoc", {"agent": "A", "withdrawal_days": -1}, "values.withdrawal_days",
         "diary.number_out_of_range"),
        ("dung-thuoc", {"agent": "A", "withdrawal_days": 2.5}, "values.withdrawal_days",
         "diary.number_out_of_range"),
        ("so-tay", {"withdrawal_days": "ba"}, "values.withdrawal_days",
         "diary.number_out_of_range"),
        ("lay-mau", {"result": "tot"}, "values.result", "diary.not_a_choice"),
        ("lay-mau", {"sent": "2026-02-30"}, "values.sent", "diary.day_needed"),
        ("lay-mau", {"sent": "hôm qua"}, "values.sent", "diary.day_needed"),
        ("nhap", {}, "values.inputs", "diary.field_needed"),
    ],
)  # fmt: skip
def test_a_value_its_field_does_not_take_is_refused_with_the_field(
    code: str, values: dict[str, Value], field: str, error: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_values(stage(code), values, goods=False)
    assert (refused.value.field, refused.value.code) == (field, error)
    assert refused.value.explain(Translator("vi"))


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("tha-giong", {"quantity": 0}),
        ("thu-hoach", {"quantity": 0.2, "unit": "tấn"}),
        ("thu-hoach", {"quantity": 5, "unit": "GRM"}),
        ("lay-mau", {"result": "dat", "sent": "2026-03-01"}),
        ("so-tay", {"Màu nước": "xanh", "unit": "rổ to", "ph": -3}),
    ],
)
def test_what_fits_and_what_the_template_does_not_know_is_taken(
    code: str, values: dict[str, Value]
) -> None:
    check_values(stage(code), values, goods=False)


def test_an_error_names_the_field_in_the_readers_language() -> None:
    with pytest.raises(Invalid) as refused:
        check_values(stage("dung-thuoc"), {}, goods=False)
    assert refused.value.explain(Translator("vi")).startswith("Thuốc: ")
    assert refused.value.explain(Translator("en")).startswith("Drug: ")


@pytest.mark.parametrize(
    ("code", "kind", "plain", "found"),
    [
        ("thu-hoach", "harvest", False, "thu-hoach"),
        ("", "harvest", False, "thu-hoach"),
        ("", "packing", False, None),
        ("thu-hoach", "feeding", False, "refused"),
        ("khac", "harvest", False, "refused"),
        ("Phơi", "processing", True, "processing"),
        ("", "harvest", True, "harvest"),
    ],
)
def test_an_entry_is_of_a_stage_of_its_template(
    code: str,
    kind: str,
    plain: bool,  # noqa: FBT001 - a table of cases
    found: str | None,
) -> None:
    template = PLAIN if plain else TEMPLATE
    if found == "refused":
        with pytest.raises(Invalid) as refused:
            stage_of(template, code, EntryKind(kind), plain=plain)
        assert refused.value.code == "diary.unknown_stage"
        return
    got = stage_of(template, code, EntryKind(kind), plain=plain)
    assert (got.code if got else None) == found


def work(kind: str, day: float, days: int = 0) -> Work:
    at = NOON + day * DAY
    return Work(entry_id=uuid4(), lot_id=1, kind=EntryKind(kind), performed_at=at, days=days)


@pytest.mark.parametrize(
    ("works", "early"),
    [
        ([work("treatment", 0, 7), work("harvest", 6)], 1),
        ([work("treatment", 0, 7), work("harvest", 7)], 0),
        ([work("treatment", 0, 7), work("packing", 6.4)], 1),
        ([work("treatment", 0, 7), work("harvest", -1)], 0),
        ([work("treatment", 0, 7), work("harvest", -0.1)], 0),
        ([work("harvest", 3), work("treatment", 0, 7)], 1),
        ([work("treatment", 0, 0), work("harvest", 0.1)], 0),
        ([work("treatment", 0, 7), work("processing", 1)], 0),
        ([work("treatment", 0, 3), work("treatment", 1, 9), work("harvest", 4)], 1),
        ([work("treatment", 0, 7), work("harvest", 1), work("packing", 2)], 2),
    ],
)
def test_what_is_taken_before_a_period_is_over_is_early(works: list[Work], early: int) -> None:
    assert len(taken_early(works)) == early


def test_a_period_is_open_up_to_its_last_day_and_the_longest_is_told() -> None:
    found = periods([work("treatment", 0, 7), work("feeding", 1, 2), work("harvest", 0)])
    assert [one.until for one in found] == [date(2026, 3, 17), date(2026, 3, 13)]
    for today, until in ((date(2026, 3, 16), date(2026, 3, 17)), (date(2026, 3, 17), None)):
        still = open_period(found, today)
        assert (still.until if still else None) == until


@pytest.mark.parametrize(
    ("kind", "values", "days"),
    [
        ("treatment", {}, 7),
        ("treatment", {"withdrawal_days": 0}, 0),
        ("treatment", {"withdrawal_days": 21}, 21),
        ("treatment", {"withdrawal_days": True}, 7),
        ("feeding", {"withdrawal_days": 5}, 5),
        ("harvest", {"withdrawal_days": 5}, 0),
    ],
)
def test_an_entrys_own_days_go_before_its_stages(
    kind: str, values: dict[str, Value], days: int
) -> None:
    known = stage("dung-thuoc") if kind == "treatment" else None
    assert days_of(EntryKind(kind), values, known) == days


class Link:
    def __init__(self, number: int, amends: int, approval: str) -> None:
        self.number = number
        self.id = UUID(int=number)
        self.amends = UUID(int=amends) if amends else None
        self.approval = Approval(approval)


@pytest.mark.parametrize(
    ("chain", "holding", "waiting"),
    [
        ([(1, 0, "not_needed"), (2, 1, "not_needed")], [2], []),
        ([(1, 0, "not_needed"), (2, 1, "waiting")], [1], [2]),
        ([(1, 0, "not_needed"), (2, 1, "refused"), (3, 2, "accepted")], [3], []),
        ([(1, 0, "waiting"), (2, 1, "waiting")], [], [1, 2]),
        ([(1, 0, "waiting"), (2, 1, "accepted")], [2], []),
        ([(1, 0, "refused")], [], []),
        ([(2, 1, "not_needed"), (3, 0, "not_needed")], [2, 3], []),
    ],
)
def test_of_an_entry_and_its_corrections_the_last_that_stands_holds(
    chain: list[Any], holding: list[int], waiting: list[int]
) -> None:
    links = [Link(*one) for one in chain]
    assert [one.number for one in in_force(links)] == holding
    assert [one.number for one in awaiting(links)] == waiting
