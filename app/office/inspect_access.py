"""What an inspection is given: the public's own verdict on the code, and the photos sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.diary.photo_actions import store_photo
from app.identity.access import CurrentActor
from app.kit.errors import Invalid
from app.kit.files import Store
from app.kit.forms import Form
from app.kit.web import site
from app.lookup.access import counter_of, shelf_of
from app.lookup.queries import Ask, Found, look_up
from app.oversight.finding_actions import INSPECTORS
from app.products.pictures import CheckedPicture
from app.stamps.keyring import KeyMissing
from app.stamps.typed import typed_code

PHOTOS = ("photo_1", "photo_2", "photo_3", "photo_4")


def look_up_as_public(request: Request, text: str, now: datetime) -> Found:
    """Return what everybody is told of a code, read as the public reads it and not counted.

    Raises KeyMissing where nothing can be said of it.
    """
    counter = counter_of(request)
    counter.flush()
    with site(request).public.begin(write=False) as db:
        [found] = look_up(
            db,
            [Ask(typed_code(text), now, None)],
            keyring=request.app.state.keyring,
            waits=counter.waiting,
            shelf=shelf_of(request),
        )
    if isinstance(found, KeyMissing):
        raise found
    return found


@dataclass(frozen=True)
class Photos:
    """The photos of a form, stored; or why one of them was refused."""

    stored: Sequence[CheckedPicture] = ()
    refusal: Invalid | None = None


def _photos(actor: CurrentActor, sent: Form, files: Store) -> Photos:
    """Store the photos before the transaction: decoding takes a while."""
    actor.require_role(*INSPECTORS)
    stored = []
    for name in PHOTOS:
        _, raw = sent.files.get(name, ("", b""))
        try:
            stored += [store_photo(files, raw, field=name)] if raw else []
        except Invalid as error:
            return Photos(refusal=error)
    return Photos(stored)


SentPhotos = Annotated[Photos, Depends(_photos)]
