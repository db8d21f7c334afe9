"""Filters of lists: folded on a narrow screen by one macro, which tells how many are set."""

import re
from pathlib import Path

import pytest

from tests.conftest import Cast, Visit

APP = Path(__file__).parents[2] / "app"
FORM = re.compile(r'<form class="filter".*?</form>', re.DOTALL)
# A field as templates write it: by a tag of its own, or by a macro of the page.
FIELD = re.compile(r'<(?:select|input)(?![^>]*type="hidden")|{{ (?:\w+\.)?(?:pick|field|choice)\(')


def test_filters_beside_a_search_are_folded() -> None:
    tall = {
        f"{path.parents[1].name}/{path.name}"
        for path in APP.glob("*/templates/*.html")
        for form in FORM.findall(path.read_text(encoding="utf-8"))
        if len(FIELD.findall(form)) > 2 and "f.folded(" not in form
    }
    assert not tall


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/office/queue", ""),
        ("/office/queue?kind=report&whose=mine&sort=newest", " (2 điều kiện)"),
        ("/office/inspections", ""),
        ("/office/inspections?state=&year=2026&mine=1&sort=newest", " (2 điều kiện)"),
        ("/office/entities?q=a&kind=&sort=name", ""),
        ("/office/diaries/silent?days=9999", None),
        ("/office/diaries/silent?days=3&sort=name", " (1 điều kiện)"),
        ("/office/audit?since=2026-03-01", " (1 điều kiện)"),
    ],
)
def test_the_fold_tells_how_many_filters_are_set(
    cast: Cast, visit: Visit, path: str, told: str | None
) -> None:
    said = re.findall(
        r'<details class="fold"><summary>Lọc(.*?)</summary>',
        visit(page=cast.officer).get(path).text,
    )
    assert said == ([] if told is None else [told])


@pytest.mark.on("sqlite")
def test_a_filter_that_is_wrong_is_seen_unfolded(cast: Cast, visit: Visit) -> None:
    page = visit(page=cast.officer).get("/office/audit?since=gone")
    assert '<details class="fold" open>' in page.text
