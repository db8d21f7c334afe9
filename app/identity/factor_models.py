from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt


class SecondFactor(Base):
    """The secret an account shares with its authenticator app."""

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    # Sealed: it takes the key file to read it.
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime]
    # The time step of the last code that was taken: none up to it is taken again.
    last_step: Mapped[int] = mapped_column(BigInt)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in once for the app. Only its hash is kept, under a key."""

    __tablename__ = "recovery_code"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTry(Base):
    """Wrong tries to sign in by one phone number, known or not, or from one network."""

    __tablename__ = "sign_in_try"

    # Hashed under a key: what people type where a phone number belongs may be a password.
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    failed_at: Mapped[datetime] = mapped_column(index=True)
