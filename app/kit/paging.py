from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Cut:
    """Where a page of a list starts, how long it may be, and whether the newest come first."""

    after: int = 0
    limit: int = 50
    newest: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows, and the id to go on after where there are more."""

    items: Sequence[T]
    after: int | None

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        return Page([change(item) for item in self.items], self.after)


class Listed(BaseModel, Generic[T]):
    """A page of a list; `next` is the path of the following page, or null."""

    items: Sequence[T]
    next: str | None


def cut(
    after: Annotated[int, Query(ge=0, le=2**62, description="Id to go on after.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="Rows a page.")] = 50,
) -> Cut:
    return Cut(after, limit)


Cutting = Annotated[Cut, Depends(cut)]


def newest(cut: Cutting) -> Cut:
    return replace(cut, newest=True)


NewestFirst = Annotated[Cut, Depends(newest)]


def take(db: Session, query: Select[Any], key: ColumnElement[int] | Any, cut: Cut) -> Page[Any]:  # noqa: ANN401 - rows are what the query selects
    """Run the query, ordered by its key, for one page: cost does not grow with the position."""
    order = key.desc() if cut.newest else key
    if cut.after:
        query = query.where(key < cut.after if cut.newest else key > cut.after)
    rows = db.scalars(query.order_by(order).limit(cut.limit + 1)).all()
    kept = rows[: cut.limit]
    return Page(kept, kept[-1].id if len(rows) > cut.limit else None)


def next_path(request: Request, page: Page[Any]) -> str | None:
    if page.after is None:
        return None
    url = request.url.include_query_params(after=page.after)
    return f"{url.path}?{url.query}"


def listed(request: Request, page: Page[Any], show: Callable[[Any], T]) -> Listed[T]:
    return Listed(items=[show(item) for item in page.items], next=next_path(request, page))
