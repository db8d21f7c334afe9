"""What the forms that add to a right, or change a line of it, have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.forms import Filled, Form, In, Sent
from app.kit.i18n import Translator
from app.kit.saving import overtaken, submit
from app.kit.web import Db, Id, Now, Words
from app.rights import queries
from app.rights.models import IpRight


@dataclass(frozen=True)
class Sending:
    """A form that an officer sent about a right."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator
    sent: Sent
    right: IpRight

    @property
    def day(self) -> date:
        return day_of(self.now)

    def save(self, model: type[In], act: Callable[..., object], **more: object) -> Filled | None:
        """Do what the form asks for, or return it filled in again; `more` goes before its fields.

        Who was too late gets it too, knowing as of when the right stands now.
        """

        def save(given: In) -> None:
            facts: dict[str, Any] = {**given.model_dump(), **more}
            act(self.db, actor=self.actor, now=self.now, right_id=self.right.id, **facts)

        stale = overtaken(self.sent, self.words, lambda: self.right.updated_at)
        return submit(self.db, model, self.sent, self.words, save, stale=stale)


def _sending(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Sending:
    right = queries.get_right(db, right_id)
    actor.require_officer()
    return Sending(request, db, actor, now, words, sent, right)


Asked = Annotated[Sending, Depends(_sending)]
