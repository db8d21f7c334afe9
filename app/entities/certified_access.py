"""The certificates of an entity or a product, for their own pages: a higher slice tells them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from fastapi import Request
from sqlalchemy.orm import Session


class Certified(Protocol):
    """A certificate as a page lists it; `label` is a msgid over `since`."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def product(self) -> str: ...
    @property
    def good(self) -> bool: ...
    @property
    def label(self) -> str: ...
    @property
    def since(self) -> date | None: ...
    @property
    def until(self) -> date | None: ...


Tell = Callable[..., Sequence[Certified]]


def certified(
    request: Request, db: Session, *, entity_id: int, product_id: int | None, day: date
) -> Sequence[Certified]:
    """Return what is recorded of an entity, or what of it bears on one product."""
    tell: Tell = request.app.state.certified
    return tell(db, entity_id=entity_id, product_id=product_id, day=day)
