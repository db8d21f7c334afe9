"""What a form or a program asks to be inspected. Batches are of a higher slice."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.oversight.access import Trace, Tracing
from app.oversight.inspection_choice_queries import Choice, FindBatches, find_choices, find_chosen
from app.oversight.inspection_queries import Target, find_target, target_of
from app.oversight.rules import NoSuchSubject, Subject, SubjectNeeded, Traced


@dataclass(frozen=True)
class Finders:
    """What finds things of higher slices: the stamp of a code, and batches."""

    trace: Tracing
    batches: FindBatches

    def target(
        self,
        db: Session,
        *,
        code: str,
        subject: Subject,
        record_id: int | None,
        right_id: int | None,
    ) -> Target:
        """Return what is meant. Raises SubjectNeeded, NoSuchSubject."""
        if code:
            return self._of_code(db, code)
        if record_id is None:
            raise SubjectNeeded(field="record_id")
        if subject is Subject.BATCH:
            found = self.chosen(db, subject, record_id)
            if found is None:
                raise NoSuchSubject(field="record_id")
            traced = Traced("", found.id, found.entity_id, found.product_id)
            return target_of(traced, subject=Subject.BATCH)
        try:
            return find_target(db, subject=subject, record_id=record_id, right_id=right_id)
        except NoSuchSubject as error:
            field = "right_id" if error.field == "right_id" else "record_id"
            raise NoSuchSubject(field=field) from error

    def choices(self, db: Session, *, actor: Actor, text: str) -> list[Choice]:
        """Return what may be inspected under a name or a number, some of each kind."""
        return [*find_choices(db, actor=actor, text=text), *self.batches(db, text, 0)]

    def chosen(self, db: Session, subject: Subject, record_id: int) -> Choice | None:
        if subject is Subject.BATCH:
            return next(iter(self.batches(db, "", record_id)), None)
        return find_chosen(db, subject, record_id)

    def _of_code(self, db: Session, code: str) -> Target:
        try:
            return target_of(self.trace(db, code))
        except NoSuchSubject as error:
            raise NoSuchSubject(field="code") from error


async def _finders(request: Request, trace: Trace) -> Finders:
    return Finders(trace, request.app.state.batches)


Finding = Annotated[Finders, Depends(_finders)]
