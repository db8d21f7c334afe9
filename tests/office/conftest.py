"""The scene of stamps that look-ups are tested on serves the officers' pages too."""

from tests.lookup.conftest import counter, keyring, scene

__all__ = ["counter", "keyring", "scene"]
