"""What identity keeps so that a copy of the database alone does not give it away."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kit.errors import Unavailable
from app.kit.i18n import N_

NONCE_BYTES: Final = 12


class SealBroken(Unavailable):
    """The second factor can't be checked"""

    code = "identity.seal_broken"
    detail = N_(
        "The key it was sealed with is not at hand. Tell the Department: the key has to be "
        "restored, or an administrator resets the second factor."
    )


@dataclass(frozen=True)
class Sealer:
    """Seals secrets and marks texts with keys derived from the key file's roots, by epoch.

    What an older epoch sealed stays readable as long as its root is in the key file.
    """

    roots: Mapping[int, bytes] = field(repr=False)

    def seal(self, secret: bytes, *, nonce: bytes, account_id: int) -> bytes:
        """Return the secret encrypted for one account; moved to another it can't be opened."""
        return self.seal_about(secret, nonce=nonce, about=_about(account_id))

    def unseal(self, sealed: bytes, *, account_id: int) -> bytes:
        """Return the secret, or raise SealBroken."""
        return self.unseal_about(sealed, about=_about(account_id))

    def seal_about(self, secret: bytes, *, nonce: bytes, about: str) -> bytes:
        """Return a secret encrypted for what it is about; said to be about else it stays shut."""
        epoch = max(self.roots)
        sealed = AESGCM(self._key(epoch, b"seal")).encrypt(nonce, secret, about.encode())
        return bytes([epoch]) + nonce + sealed

    def unseal_about(self, sealed: bytes, *, about: str) -> bytes:
        """Return the secret, or raise SealBroken."""
        epoch, nonce, rest = sealed[0], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return AESGCM(self._key(epoch, b"seal")).decrypt(nonce, rest, about.encode())
        except (KeyError, InvalidTag) as error:
            raise SealBroken from error

    def marks(self, text: str) -> list[str]:
        """Return what stands for a text, under the key of each epoch, the newest first."""
        told = text.encode("utf-8", "surrogatepass")
        return [
            hmac.digest(self._key(epoch, b"mark"), told, hashlib.sha256).hex()
            for epoch in sorted(self.roots, reverse=True)
        ]

    def _key(self, epoch: int, use: bytes) -> bytes:
        kdf = HKDF(SHA256(), 32, salt=b"identity", info=use)
        return kdf.derive(self.roots[epoch])


def _about(account_id: int) -> str:
    return f"second factor of {account_id}"
