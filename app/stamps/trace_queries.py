from sqlalchemy.orm import Session

from app.kit.errors import Unavailable
from app.kit.text import fold
from app.oversight.rules import CODE_CHARS, Traced
from app.stamps.codes import parse
from app.stamps.keyring import Keyring
from app.stamps.queries import find_stamp
from app.stamps.typed import typed_code


def trace_code(db: Session, text: str, *, keyring: Keyring) -> Traced:
    """Return a code as it is kept, and where its stamp belongs if it is ours.

    A text that is no code of ours is kept as it stood, so that it is found again however it was
    typed; so is a code whose root is missing.
    """
    bare = typed_code(text)
    parsed = parse(bare)
    code = parsed.code if parsed else "".join(fold(bare).upper().split())[:CODE_CHARS]
    try:
        stamp = find_stamp(db, keyring=keyring, text=bare)
    except Unavailable:
        stamp = None
    if stamp is None:
        return Traced(code)
    return Traced(stamp.code, stamp.batch_id, stamp.entity_id, stamp.product_id, stamp.lot_id)
