import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import rfc8785

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

# A shorter salt would let short contents ("fed 20 kg") be guessed from their commitment.
SALT_BYTES: Final = 16


def canonical(content: Json) -> bytes:
    """Return the one UTF-8 form of a JSON value by RFC 8785.

    Raises ValueError for what JSON can't carry exactly: NaN, infinities, integers of 2^53 and
    above, lone surrogates, keys that are no text.
    """
    return rfc8785.dumps(content)


def commitment(salt: bytes, content: Json) -> str:
    """Return the lower-case hex SHA-256 of the salt followed by the canonical content.

    Whoever holds salt and content can prove what was written; once both are erased the
    commitment tells nothing, and every proof over it still holds.
    """
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt has at least {SALT_BYTES} bytes")
    return hashlib.sha256(salt + canonical(content)).hexdigest()
