from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.documents.models import Document
from app.documents.queries import count_documents, find_same, get_document
from app.documents.rules import (
    MOST,
    CheckedFile,
    DocumentKind,
    DocumentThere,
    DocumentWithdrawn,
    TooManyDocuments,
    file_name,
)
from app.identity.rules import Actor
from app.kit.files import Files


def attach(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    files: Files,
    subject_kind: str,
    subject_id: int,
    entity_id: int | None,
    checked: CheckedFile,
    kind: DocumentKind,
    title: str = "",
    public: bool = False,
) -> Document:
    """Attach a checked file to a record; whether the actor may is asked by the record's slice.

    The file stands before the row does. Of two who send the same file at once both may be kept.
    """
    same = find_same(db, subject_kind, subject_id, checked.sha256)
    if same is not None:
        raise DocumentThere(named=same.title)
    if count_documents(db, subject_kind, subject_id) >= MOST:
        raise TooManyDocuments
    files.save(file_name(checked.sha256, checked.media_type), checked.content)
    document = Document(
        subject_kind=subject_kind,
        subject_id=subject_id,
        entity_id=entity_id,
        kind=kind,
        title=title or checked.name,
        name=checked.name,
        media_type=checked.media_type,
        sha256=checked.sha256,
        size=len(checked.content),
        pages=checked.pages,
        public=public,
        added_at=now,
        added_by=actor.label,
        added_by_id=actor.account_id,
    )
    db.add(document)
    db.flush()
    facts = {"title": document.title, "kind": kind, "sha256": checked.sha256, "public": public}
    _note(db, actor, now, "document.attach", document, None, {"id": document.id} | facts)
    return document


def withdraw(
    db: Session, *, actor: Actor, now: datetime, document_id: int, reason: str
) -> Document:
    """Withdraw a document that was attached by mistake: its officer's or its sender's to do."""
    document = get_document(db, document_id, actor=actor)
    if document.added_by_id is None or document.added_by_id != actor.account_id:
        actor.require_officer()
    if document.withdrawn_at is not None:
        raise DocumentWithdrawn
    document.withdrawn_at, document.withdrawn_by = now, actor.label
    document.withdraw_reason = reason
    db.flush()
    before = {"id": document.id, "title": document.title, "public": document.public}
    after = {"id": document.id, "public": False, "reason": reason}
    _note(db, actor, now, "document.withdraw", document, before, after)
    return document


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    document: Document,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """Record it in the history of the record that the document is of."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_kind=document.subject_kind,
        subject_id=document.subject_id,
        entity_id=document.entity_id,
        before=before,
        after=after,
    )
