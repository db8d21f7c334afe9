"""What stands against the sale of a product, for its own pages: a higher slice tells it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from fastapi import Request
from sqlalchemy.orm import Session


class Against(Protocol):
    """A recall or a hold of a whole product."""

    @property
    def kind(self) -> str: ...
    @property
    def reason(self) -> str: ...


def against(request: Request, db: Session, product_id: int) -> Sequence[Against]:
    """Return what stands against the whole product now, the gravest first."""
    told: Callable[[Session, int], Sequence[Against]] = request.app.state.against
    return told(db, product_id)
