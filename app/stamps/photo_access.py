"""A photo of stamps on its way into a form: decoded before a transaction is begun."""

from typing import Annotated

from fastapi import Depends

from app.identity.access import CurrentActor
from app.identity.rules import NotAllowed
from app.kit.errors import Invalid
from app.kit.forms import Form
from app.stamps.reading import NothingRead, read_photo


def _read(actor: CurrentActor, sent: Form) -> tuple[str, ...] | Invalid:
    """Return what the photo says, or the refusal for the page. For members of an entity."""
    if not actor.memberships:
        raise NotAllowed
    _, raw = sent.files.get("photo", ("", b""))
    try:
        return read_photo(raw) if raw else NothingRead()
    except Invalid as error:
        return error


PhotoTexts = Annotated[tuple[str, ...] | Invalid, Depends(_read)]
