from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.entities.queries import names_of
from app.oversight.inspection_models import Measure, MeasureAnswer
from app.oversight.measure_queries import answers_of
from app.oversight.measures import MeasureState, measure_state


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure as lists show it, with what was answered to it."""

    measure: Measure
    state: MeasureState
    entity: str
    said: Sequence[MeasureAnswer]

    @property
    def answers(self) -> int:
        return len(self.said)


def measure_rows(db: Session, found: Sequence[Measure], *, today: date) -> list[MeasureRow]:
    names = names_of(db, {one.entity_id for one in found if one.entity_id is not None})
    said = answers_of(db, [one.id for one in found])
    return [
        MeasureRow(
            one,
            measure_state(one.deadline, one.done_on, today),
            names.get(one.entity_id or 0, ""),
            said[one.id],
        )
        for one in found
    ]
