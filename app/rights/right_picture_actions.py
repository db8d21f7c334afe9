from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.files import Files
from app.kit.saving import touched
from app.products.pictures import CheckedPicture, file_name
from app.rights.models import IpRight
from app.rights.queries import right_to_change
from app.rights.right_check import CHECK, UNCHECKED
from app.rights.right_trail_actions import changed, columns, note

_PICTURE = ("image", "image_width", "image_height")


def set_picture(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    picture: CheckedPicture | None,
    files: Files,
) -> IpRight:
    """Keep a checked picture as that of the right's sign, or take it off. Officers only.

    Another sign is one nobody has held against the certificate. The files stand before the row.
    """
    right = right_to_change(db, right_id, actor=actor)
    before = columns(right, (*_PICTURE, *CHECK))
    right.image, right.image_width, right.image_height = "", 0, 0
    if picture is not None:
        for one in picture.renditions:
            files.save(file_name(picture.sha256, one.slot, one.format), one.content)
        right.image = picture.sha256
        right.image_width, right.image_height = picture.width, picture.height
    if right.image and right.image != before["image"]:
        for name, value in UNCHECKED.items():
            setattr(right, name, value)
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    old, new = changed(right, before)
    note(db, actor, now, "right.picture", right, old, new)
    return right
