"""The words of the phone app, by the key its modules ask for."""

from collections.abc import Mapping
from typing import Final

from app.kit.i18n import N_

WORDS: Final[Mapping[str, str]] = {"sign_in": N_("Sign in")}
