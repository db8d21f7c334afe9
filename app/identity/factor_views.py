from dataclasses import dataclass

from app.identity.rules import shown_phone
from app.identity.sealing import Sealer
from app.identity.second_factor import app_address, typed_secret
from app.kit.symbols import in_fours, qr_image


@dataclass(frozen=True)
class SetUp:
    """A secret as an authenticator app takes it: as a picture, or typed."""

    picture: str
    secret: str


@dataclass(frozen=True)
class CodesView:
    """Recovery codes, shown this once, to print."""

    codes: list[str]
    home: str


def set_up_of(sealed: bytes | None, account_id: int, phone: str, sealer: Sealer) -> SetUp | None:
    """Return what is shown of a secret being set up; None where there is none yet."""
    if sealed is None:
        return None
    secret = sealer.unseal(sealed, account_id=account_id)
    return SetUp(qr_image(app_address(secret, phone=shown_phone(phone))), typed_secret(secret))


def sheet_of(codes: list[str]) -> list[str]:
    return [in_fours(code) for code in codes]
