"""Papers sent to be attached to a certificate: opened before a transaction is begun."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import Field
from sqlalchemy.orm import Session

from app.documents.actions import attach
from app.documents.receive_actions import receive
from app.documents.rules import CheckedFile, DocumentKind
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Invalid
from app.kit.files import Files
from app.kit.forms import Filled, Form, In, Line, Sent
from app.kit.i18n import Translator
from app.kit.saving import submit


class PaperIn(In):
    """What is said of a paper."""

    kind: DocumentKind = DocumentKind.CERTIFICATE
    title: Annotated[Line, Field(max_length=200)] = ""
    public: bool = False


def received(actor: CurrentActor, sent: Form) -> CheckedFile | Invalid:
    """Open the paper an officer sent, and keep the refusal for the page."""
    actor.require_officer()
    name, raw = sent.files.get("document", ("", b""))
    try:
        return receive(raw, name)
    except Invalid as error:
        return error


Received = Annotated[CheckedFile | Invalid, Depends(received)]


def attach_to(
    db: Session,
    subject: tuple[str, int, int],
    *,
    actor: Actor,
    now: datetime,
    files: Files,
    received: CheckedFile | Invalid,
    sent: Sent,
    words: Translator,
) -> Filled | None:
    """Attach a paper to a record, by its kind, id and entity; return the form where it is wrong."""
    kind, record_id, entity_id = subject

    def save(given: PaperIn) -> None:
        if isinstance(received, Invalid):
            raise received
        attach(
            db,
            actor=actor,
            now=now,
            files=files,
            subject_kind=kind,
            subject_id=record_id,
            entity_id=entity_id,
            checked=received,
            **given.model_dump(),
        )

    return submit(db, PaperIn, sent, words, save)
