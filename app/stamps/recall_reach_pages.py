"""What a recall covers, lot by lot, as a file for those who take the goods off the shelves."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.diary.notice_queries import subject_of
from app.diary.notices import Subject
from app.diary.rules import LotState
from app.identity.access import CurrentActor
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator
from app.kit.web import Db, Edge, Id, Words
from app.stamps.recall_api import MadeIn
from app.stamps.recall_reach_queries import ReachedLot, list_reached

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)

HEADS: Final = (
    ("entity", N_("Producer")),
    ("phone", N_("Phone")),
    ("product", N_("Product")),
    ("lot", N_("Lot")),
    ("state", N_("State")),
    ("production_date", N_("Production date")),
    ("expiry_date", N_("Expiry date")),
    ("why", N_("Why it is covered")),
    ("sources", N_("Made from lots")),
    ("stamps", N_("Activated stamps")),
)
_MEANT: Final = N_("Recalled itself")
_MADE: Final = N_("Made from a recalled lot")


def of_lot(lot_id: Id, db: Db, actor: CurrentActor) -> Subject:
    return subject_of(db, actor=actor, lot_id=lot_id)


def of_product(
    product_id: Id, db: Db, actor: CurrentActor, days: Annotated[MadeIn, Depends()]
) -> Subject:
    first, last = days.made_from, days.made_to
    return subject_of(db, actor=actor, product_id=product_id, made_from=first, made_to=last)


def _list(find: Callable[..., Subject]) -> Callable[..., Response]:
    def page(
        db: Db,
        actor: CurrentActor,
        words: Words,
        of: Annotated[Subject, Depends(find)],
        kind: FileKind = FileKind.XLSX,
    ) -> Response:
        actor.require_department()
        rows = (_cells(one, words) for one in list_reached(db, of))
        title = N_("Lots that a recall covers")
        return file_of(kind, name="recall", title=title, heads=HEADS, rows=rows, words=words)

    return page


router.add_api_route("/lots/{lot_id}/recall/lots", _list(of_lot), methods=["GET"])
router.add_api_route("/products/{product_id}/recall/lots", _list(of_product), methods=["GET"])


def _cells(one: ReachedLot, words: Translator) -> list[Cell]:
    state = words.gettext(LotState(one.state).label)
    why = words.gettext(_MEANT if one.meant else _MADE)
    named: list[Cell] = [one.entity, one.phone, one.product, one.number, state]
    days: list[Cell] = [one.production_date, one.expiry_date]
    return [*named, *days, why, one.sources, one.stamps]
