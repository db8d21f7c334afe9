from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.kit.errors import Unavailable
from app.kit.i18n import N_
from app.stamps.codes import Root


class KeyMissing(Unavailable):
    """The stamp could not be checked"""

    code: ClassVar[str] = "stamps.key_missing"
    detail: ClassVar[str] = N_(
        "The key of epoch {epoch} is not at hand, so its codes can't be checked now. This does "
        "not mean the goods are fake. Try again later; the Department has to restore the key."
    )

    def __init__(self, *, epoch: int) -> None:
        self.epoch = epoch


@dataclass(frozen=True)
class Keyring:
    """The roots this installation holds, by epoch. They never stand in the database."""

    roots: Mapping[int, Root]

    def root(self, epoch: int) -> Root:
        """Return the root of an epoch, or raise KeyMissing naming it."""
        root = self.roots.get(epoch)
        if root is None:
            raise KeyMissing(epoch=epoch)
        return root

    def newest(self) -> Root:
        """Return the root of the latest epoch, or raise KeyMissing where there is none."""
        return self.root(max(self.roots, default=0))
