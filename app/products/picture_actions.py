from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.db import Database
from app.kit.errors import Conflict
from app.kit.files import Files
from app.kit.i18n import N_
from app.products.actions import note
from app.products.models import Product, ProductPicture
from app.products.pictures import CheckedPicture, check_and_resize, file_name
from app.products.queries import get_part, get_product, list_pictures

MAX_PICTURES: Final = 12
_TOLD: Final = ("id", "product_id", "sha256", "width", "height", "position", "created_at")


class PictureThere(Conflict):
    """The product has this picture already"""

    code = "products.picture_there"
    detail = N_("Choose another one.")
    field = "picture"


class TooManyPictures(Conflict):
    """The product has enough pictures"""

    code = "products.too_many_pictures"
    detail = N_("A product has at most {limit} pictures. Remove one first.")
    field = "picture"

    def __init__(self) -> None:
        self.limit = MAX_PICTURES


def receive_picture(
    database: Database, raw: bytes, *, actor: Actor, product_id: int
) -> CheckedPicture:
    """Check a picture and write it anew: slow, so call it outside the transaction.

    Nothing is decoded for a product the actor may not give pictures to.
    """
    with database.begin(write=False) as db:
        _get_writable(db, product_id, actor=actor)
    return check_and_resize(raw, field="picture")


def add_picture(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    picture: CheckedPicture,
    files: Files,
) -> ProductPicture:
    """Store a checked picture and put it last. Officers only: an owner proposes pictures.

    The files stand before the row does: a row never names a file that is not there.
    """
    _get_writable(db, product_id, actor=actor)
    for one in picture.renditions:
        files.save(file_name(picture.sha256, one.slot, one.format), one.content)
    return place_picture(
        db,
        actor=actor,
        now=now,
        product_id=product_id,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
    )


def place_picture(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    sha256: str,
    width: int,
    height: int,
) -> ProductPicture:
    """Put a picture whose files are stored last. Officers only."""
    product = _get_writable(db, product_id, actor=actor)
    there = list_pictures(db, product.id)
    if any(one.sha256 == sha256 for one in there):
        raise PictureThere
    if len(there) >= MAX_PICTURES:
        raise TooManyPictures
    row = ProductPicture(
        product_id=product.id,
        sha256=sha256,
        width=width,
        height=height,
        position=max((one.position for one in there), default=0) + 1,
        created_at=now,
    )
    db.add(row)
    db.flush()
    after = {name: getattr(row, name) for name in _TOLD}
    note(db, actor, now, "product.picture.add", product, None, after)
    return row


def remove_picture(
    db: Session, *, actor: Actor, now: datetime, product_id: int, picture_id: int
) -> None:
    """Take a picture off the product. Its files stay: another product may show the same one."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    picture = get_part(db, ProductPicture, picture_id, product_id=product.id)
    # All of it: what a page showed once is told from here.
    before = {name: getattr(picture, name) for name in _TOLD}
    db.delete(picture)
    db.flush()
    note(db, actor, now, "product.picture.remove", product, before, None)


def _get_writable(db: Session, product_id: int, *, actor: Actor) -> Product:
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    return product
