"""Reading by one statement alone, for the one route where a session would cost more than the rows.

A session, its transaction and a statement of SQLAlchemy take about 300 us; the driver reads the
same rows of SQLite in 20.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from time import monotonic
from typing import Any, Final

import psycopg
from sqlalchemy import Select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import SQLAlchemyError

from app.kit.db import Database

log = logging.getLogger("ocop.glances")

FAILURES: Final = (sqlite3.Error, psycopg.Error, SQLAlchemyError)
# A read that takes longer holds up whoever waits for this thread. Less than this it may take to
# get its turn among busy threads.
SLOW: Final = 0.5
_NAMED: Final = SQLiteDialect_pysqlite(paramstyle="named")
REST: Final = 1.0

Row = Sequence[Any]


class Glances:
    """One statement, compiled once, read on a connection of its own. For one thread at a time.

    It gives up where the database is away, locked or slow, and rests for a second: those who ask
    read in the ordinary way then, which waits in a thread and tells what is wrong.
    """

    def __init__(self, database: Database, statement: Select[*tuple[Any, ...]]) -> None:
        self._database = database
        self._statement = statement
        self._connection: Any = None
        self._resting_until = 0.0

    @cached_property
    def _compiled(self) -> tuple[str, Mapping[str, object], Sequence[tuple[int, Any]]]:
        """Return the statement's text, its own values, and what reads which of its columns."""
        database, asked = self._database, self._statement
        dialect = _NAMED if database.dialect == "sqlite" else database.engine.dialect
        compiled = asked.compile(dialect=dialect)
        readers = (
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in asked.selected_columns
        )
        found = [(place, read) for place, read in enumerate(readers) if read is not None]
        return str(compiled), compiled.params, found

    def read(self, asked: Mapping[str, object]) -> list[Row] | None:
        """Return the rows; None where the ordinary way must be gone."""
        began = monotonic()
        if began < self._resting_until:
            return None
        try:
            rows = self._rows(asked)
        except FAILURES as error:
            # Once a second at most: those who ask are answered in the ordinary way.
            log.warning("no reading at a glance: %s", type(error).__name__)
            self.close()
            self._resting_until = monotonic() + REST
            return None
        if monotonic() - began > SLOW:
            self._resting_until = monotonic() + REST
        return rows

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _rows(self, asked: Mapping[str, object]) -> list[Row]:
        sql, fixed, readers = self._compiled
        values = {**fixed, **asked}
        if self._database.shared:
            with self._database.begin(write=False) as db:
                found = db.connection().exec_driver_sql(sql, values).all()
        else:
            if self._connection is None:
                self._connection = self._database.lone_reader()
            found = self._connection.execute(sql, values).fetchall()
        rows: list[Row] = []
        for one in found:
            row = list(one)
            for place, read in readers:
                if row[place] is not None:
                    row[place] = read(row[place])
            rows.append(row)
        return rows
