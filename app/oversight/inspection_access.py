"""What the office's forms of inspections are given: wide forms, and photos stored beforehand."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from app.diary.photo_actions import store_photo
from app.documents.receive_actions import receive
from app.documents.rules import CheckedFile
from app.identity.access import CurrentActor
from app.kit.errors import Invalid
from app.kit.files import Store
from app.kit.forms import Form, Sent, read_sent
from app.oversight.finding_actions import INSPECTORS
from app.products.pictures import CheckedPicture

# An answer and a note of each item, some findings, and the users of a right.
_MOST_FIELDS: Final = 3000


async def _wide(request: Request) -> Sent:
    return await read_sent(request, most=_MOST_FIELDS)


WideForm = Annotated[Sent, Depends(_wide)]


@dataclass(frozen=True)
class StoredPhoto:
    """A photo of a form, stored, with its size as it was sent; or why it was refused."""

    photo: CheckedPicture | None = None
    size: int = 0
    refusal: Invalid | None = None


def _photo(actor: CurrentActor, sent: Form, files: Store) -> StoredPhoto:
    # Decoding takes a while and must not hold a transaction.
    if not (actor.roles & set(INSPECTORS) or actor.memberships):
        return StoredPhoto()
    _, raw = sent.files.get("photo", ("", b""))
    try:
        return StoredPhoto(store_photo(files, raw), len(raw)) if raw else StoredPhoto()
    except Invalid as error:
        return StoredPhoto(refusal=error)


SentPhoto = Annotated[StoredPhoto, Depends(_photo)]


def _paper(actor: CurrentActor, sent: Form) -> CheckedFile | Invalid:
    actor.require_role(*INSPECTORS)
    name, raw = sent.files.get("document", ("", b""))
    try:
        return receive(raw, name)
    except Invalid as error:
        return error


SentPaper = Annotated[CheckedFile | Invalid, Depends(_paper)]
