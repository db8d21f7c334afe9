from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import Session

from app.kit.errors import Invalid
from app.kit.i18n import N_

T = TypeVar("T")
U = TypeVar("U")

NEWEST = "newest"


class UnknownOrder(Invalid):
    """The list has no such order"""

    code: ClassVar[str] = "paging.unknown_order"
    detail: ClassVar[str] = N_("Choose one of: {expected}.")
    field = "sort"

    def __init__(self, *, expected: str) -> None:
        self.expected = expected


class NoSuchRow(Invalid):
    """The row to go on from is not in the list"""

    code: ClassVar[str] = "paging.no_such_row"
    detail: ClassVar[str] = N_("Open the list again from its beginning.")
    field = "after"


@dataclass(frozen=True)
class Cut:
    """Where a page of a list starts, how long it may be, and in which order the rows stand.

    `after` is the id of the row to go on from; with `back` the page ends before it. `sort`
    names one of the list's own orders, or the newest first.
    """

    after: int = 0
    limit: int = 50
    newest: bool = False
    sort: str = ""
    back: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows, and the ids to go on from, forth and back, where there are more."""

    items: Sequence[T]
    after: int | None
    before: int | None = None

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        return self.having([change(item) for item in self.items])

    def having(self, items: Sequence[U]) -> "Page[U]":
        """Return the same page of the list with other things in place of its rows."""
        return Page(items, self.after, self.before)


class Listed(BaseModel, Generic[T]):
    """A page of a list; `next` is the path of the following page, or null."""

    items: Sequence[T]
    next: str | None


def cut(
    after: Annotated[int, Query(ge=0, le=2**62, description="Id to go on after.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="Rows a page.")] = 50,
    back: Annotated[bool, Query(description="The page before `after`, not behind it.")] = False,  # noqa: FBT002 - FastAPI reads it from the query by its name
) -> Cut:
    return Cut(after, limit, back=back)


Cutting = Annotated[Cut, Depends(cut)]


def newest(cut: Cutting) -> Cut:
    return replace(cut, newest=True)


NewestFirst = Annotated[Cut, Depends(newest)]


def ordered(
    cut: Cutting,
    sort: Annotated[str, Query(max_length=20, description="The order of the rows.")] = "",
) -> Cut:
    return replace(cut, sort=sort)


Sorting = Annotated[Cut, Depends(ordered)]

Column = ColumnElement[Any] | Any


def take(
    db: Session,
    query: Select[Any],
    key: Column,
    cut: Cut,
    sorts: Mapping[str, Sequence[Column]] | None = None,
) -> Page[Any]:
    """Run the query, ordered by its key, for one page: cost does not grow with the position.

    `sorts` are the other orders the list has, by name: columns that are never null, before
    the key, which decides between equals.
    """
    columns = (*_sort(cut.sort, sorts or {}), key)
    descending = cut.newest or cut.sort == NEWEST
    if cut.after:
        beyond = descending == cut.back
        place, row = tuple_(*columns), tuple_(*_row(db, query, columns, cut.after))
        query = query.where(place > row if beyond else place < row)
    order = [column.desc() if descending != cut.back else column for column in columns]
    rows = db.scalars(query.order_by(None).order_by(*order).limit(cut.limit + 1)).all()
    return trimmed(rows, cut, lambda row: int(row.id))


def trimmed(rows: Sequence[T], cut: Cut, number: Callable[[T], int]) -> Page[T]:
    """Return the page of rows read in the cut's direction, one more than it holds if there are."""
    kept, more = rows[: cut.limit], len(rows) > cut.limit
    if cut.back:
        kept = kept[::-1]
    onward, behind = bool(kept and cut.after), more
    if not cut.back:
        onward, behind = behind, onward
    return Page(kept, number(kept[-1]) if onward else None, number(kept[0]) if behind else None)


def skipped(cut: Cut, read: Callable[[int, int], Sequence[T]]) -> Page[T]:
    """Return a page of a list whose `after` is how many rows come before the page.

    `read` is told how many rows to leave out, and how many to return at most.
    """
    start = max(0, cut.after - cut.limit) if cut.back else cut.after
    length = cut.after - start if cut.back else cut.limit
    rows = read(start, length + 1)
    return Page(rows[:length], start + length if len(rows) > length else None, start or None)


def _sort(name: str, sorts: Mapping[str, Sequence[Column]]) -> Sequence[Column]:
    if name in {"", NEWEST}:
        return ()
    if name not in sorts:
        raise UnknownOrder(expected=", ".join((*sorts, NEWEST)))
    return sorts[name]


def _row(
    db: Session, query: Select[Any], columns: Sequence[Column], after: int
) -> Sequence[object]:
    """Return where the row stands in the order; a row that was renamed moves with its name.

    It is looked for among the rows of the list itself: whose row it is not learns nothing.
    """
    if len(columns) == 1:
        return (after,)
    alone = query.with_only_columns(*columns).order_by(None).where(columns[-1] == after)
    row = db.execute(alone).one_or_none()
    if row is None:
        raise NoSuchRow
    return tuple(row)


def next_path(request: Request, page: Page[Any]) -> str | None:
    return _path(request, page.after)


def previous_path(request: Request, page: Page[Any]) -> str | None:
    return _path(request, page.before, back="1")


def _path(request: Request, after: int | None, **more: str) -> str | None:
    if after is None:
        return None
    bare = request.url.remove_query_params(["back", "said"])
    url = bare.include_query_params(after=after, **more)
    return f"{url.path}?{url.query}"


def listed(request: Request, page: Page[Any], show: Callable[[Any], T]) -> Listed[T]:
    return Listed(items=[show(item) for item in page.items], next=next_path(request, page))
