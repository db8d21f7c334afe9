"""The second factor: time-based codes of an authenticator app (RFC 6238)."""

import hmac
from base64 import b32encode
from datetime import datetime
from enum import StrEnum
from typing import Final

import pyotp

from app.kit.errors import Conflict, Unauthenticated
from app.kit.i18n import N_

ISSUER: Final = "OCOP"
SECRET_BYTES: Final = 20
STEP_SECONDS: Final = 30
DIGITS: Final = 6
RECOVERY_CODES: Final = 10
RECOVERY_LETTERS: Final = 12
# A phone's clock may be half a minute off, and typing takes time.
_NEAR: Final = (0, -1, 1)


class Step(StrEnum):
    """What a session still owes before it is somebody's."""

    NONE = "none"
    CODE = "code"
    ENROL = "enrol"


class WrongCode(Unauthenticated):
    """The code is wrong"""

    code = "identity.wrong_code"
    detail = N_("Type the six digits the app shows now. Is the phone's clock set by itself?")
    field = "code"


class CodeUsed(WrongCode):
    """That code was used already"""

    code = "identity.code_used"
    detail = N_("Wait until the app shows the next one.")


class WrongRecoveryCode(WrongCode):
    """The recovery code is wrong or was used already"""

    code = "identity.wrong_recovery_code"
    detail = N_("Each works once. Take the next one on your sheet.")
    field = "recovery"


class FactorThere(Conflict):
    """The second factor is set up already"""

    code = "identity.factor_there"
    detail = N_("Sign in again and type the code of the app.")


class FactorMissing(Conflict):
    """There is no second factor"""

    code = "identity.factor_missing"
    detail = N_("Set it up first.")


class FactorNeeded(Conflict):
    """Your role needs the second factor"""

    code = "identity.factor_needed"
    detail = N_("It can be moved to another phone, not turned off.")


class OwnFactor(Conflict):
    """You can't reset your own second factor"""

    code = "identity.own_factor"
    detail = N_("Ask another administrator to do it, or use a recovery code.")


def step_left(*, given: bool, enrolled: bool, has_role: bool, required: bool) -> Step:
    """Return what a session owes whose password was right."""
    if given:
        return Step.NONE
    if enrolled:
        return Step.CODE
    return Step.ENROL if required and has_role else Step.NONE


def matching_step(secret: bytes, typed: str, *, now: datetime) -> int | None:
    """Return the time step a code is of: this one or its neighbours; None where it is of none."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    codes, here = _codes(secret), int(now.timestamp()) // STEP_SECONDS
    steps = (here + away for away in _NEAR)
    found = [one for one in steps if hmac.compare_digest(codes.generate_otp(one), code)]
    return max(found, default=None)


def code_at(secret: bytes, *, now: datetime) -> str:
    """Return the code an app shows at that moment."""
    return _codes(secret).generate_otp(int(now.timestamp()) // STEP_SECONDS)


def app_address(secret: bytes, *, phone: str) -> str:
    """Return the `otpauth:` address an authenticator app takes from a QR symbol."""
    return _codes(secret).provisioning_uri(name=phone, issuer_name=ISSUER)


def typed_secret(secret: bytes) -> str:
    """Return the secret as it is typed into an app, in groups of four."""
    text = b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _codes(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(b32encode(secret).decode(), digits=DIGITS, interval=STEP_SECONDS)
