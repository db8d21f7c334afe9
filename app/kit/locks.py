"""Locks over the whole database, where there is no row to lock."""

from enum import IntEnum, unique

from sqlalchemy import text
from sqlalchemy.orm import Session


@unique
class Lock(IntEnum):
    """What is held: two of one number would wait for each other, for ever within one process."""

    AUDIT = 7_021_954
    LEADERSHIP = 7_021_955
    LINKS = 7_021_956
    NOTICES = 7_021_957


def alone(db: Session, lock: Lock) -> None:
    """Wait until nobody else holds the lock, and hold it to the end of the transaction.

    SQLite has but one writer, who is alone as it is.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock.value})
