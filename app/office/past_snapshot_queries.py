"""A small database of its own that holds records as of an instant, so that the look-up's own
queries answer of them: nothing of what a page says is written twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.kit.db import Base
from app.kit.fences import EVERYTHING
from app.office.past_undo import Row

# One engine for all: each connection of it is a new database in memory, while the statements stay
# compiled.
_ENGINE: Final = create_engine("sqlite://", poolclass=NullPool)


@cache
def _empty() -> bytes:
    """Return the database without a row: to make its tables takes fifty times as long as a copy."""
    with _ENGINE.connect() as connection:
        Base.metadata.create_all(connection)
        image: bytes = _driver(connection).serialize()
        return image


@contextmanager
def snapshot(rows: Mapping[str, Sequence[Row]]) -> Iterator[Session]:
    """Open a database that holds these rows, which need not satisfy what today's rows must."""
    with _ENGINE.connect() as connection:
        _driver(connection).deserialize(_empty())
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for table, some in rows.items():
            if some:
                connection.execute(insert(Base.metadata.tables[table]), list(some))
        with Session(connection, info={"scope": EVERYTHING}) as db:
            yield db


def _driver(connection: Any) -> Any:  # noqa: ANN401 - the driver's own connection
    return connection.connection.driver_connection
