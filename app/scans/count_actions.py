"""Look-ups written by a few statements for all: row by row each took half as long as its page."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Boolean, Date, DateTime, LargeBinary, String, TypeEngine

from app.scans.actions import Lookup, Visit
from app.scans.rules import VISITOR_BYTES, month_of

_SUMS: Final = """
  INSERT INTO scan_total (line, active, lookups, first_at, last_at)
  SELECT line, active, count(*), min(minute), max(minute) FROM fresh
  WHERE true GROUP BY line, active ORDER BY line, active
  ON CONFLICT (line, active) DO UPDATE SET
    lookups = scan_total.lookups + excluded.lookups,
    first_at = {least}(scan_total.first_at, excluded.first_at),
    last_at = {greatest}(scan_total.last_at, excluded.last_at)
"""
_MONTHS: Final = """
  INSERT INTO scan_month (product_id, month, lookups)
  SELECT product_id, month, count(*) FROM fresh
  WHERE active GROUP BY product_id, month ORDER BY product_id, month
  ON CONFLICT (product_id, month) DO UPDATE SET
    lookups = scan_month.lookups + excluded.lookups
"""
_ROWS: Final = """
  INSERT INTO scan (line, visitor, minute, device, active, province)
  SELECT line, visitor, minute, device, active, province FROM {source}
"""
# Nobody else writes meanwhile: what is new now still is when it is written, the last of all.
_SQLITE_FRESH: Final = f"""
WITH fresh AS MATERIALIZED (
  SELECT * FROM (
    SELECT value ->> 0 AS line, substr(:visitors, {VISITOR_BYTES} * key + 1, {VISITOR_BYTES})
      AS visitor, value ->> 1 AS minute, value ->> 2 AS device, value ->> 3 AS active,
      value ->> 4 AS province, value ->> 5 AS product_id, value ->> 6 AS month
    FROM json_each(:rows)
  ) AS asked WHERE NOT EXISTS (
    SELECT 1 FROM scan
    WHERE scan.line = asked.line AND scan.visitor = asked.visitor AND scan.minute = asked.minute
  )
)
"""  # noqa: S608 - a number of our own
_SQLITE: Final = tuple(
    text(_SQLITE_FRESH + statement)
    for statement in (
        _SUMS.format(least="min", greatest="max"),
        _MONTHS,
        _ROWS.format(source="fresh"),
    )
)
_CHANGED: Final = text("SELECT changes()")
_COLUMNS: Final[Mapping[str, TypeEngine[Any]]] = {
    "line": BigInteger(),
    "visitor": LargeBinary(),
    "minute": DateTime(timezone=True),
    "device": String(),
    "active": Boolean(),
    "province": String(),
    "product_id": BigInteger(),
    "month": Date(),
}
# Rows are written in one order everywhere, so that two processes never wait for each other in a
# circle; and those that another process has written already are not new.
_POSTGRESQL: Final = text(f"""
WITH asked AS (
  SELECT * FROM unnest({", ".join(f":{name}" for name in _COLUMNS)})
  AS asked ({", ".join(_COLUMNS)})
), new AS (
  {_ROWS.format(source="asked")} ORDER BY line, visitor, minute
  ON CONFLICT DO NOTHING RETURNING line, visitor, minute
), fresh AS MATERIALIZED (
  SELECT asked.* FROM asked JOIN new USING (line, visitor, minute)
), sums AS ({_SUMS.format(least="least", greatest="greatest")}),
months AS ({_MONTHS})
SELECT count(*) FROM fresh
""").bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _COLUMNS.items()))  # noqa: S608 - names of our own


def count_lookups(db: Session, lookups: Iterable[Lookup]) -> int:
    """Store look-ups and add the new ones to the totals; return how many were new.

    The same visitor within a minute is one, whichever process saw it.
    """
    first: dict[Visit, Lookup] = {}
    for row in lookups:
        first.setdefault(row.visit, row)
    rows = list(first.values())
    if not rows:
        return 0
    if db.get_bind().dialect.name == "sqlite":
        return _count_in_sqlite(db, rows)
    month = cache(month_of)
    # The columns as they are named above: a visit's, then the others.
    told = (
        (*row.visit, row.device, row.active, row.province, row.product_id, month(row.visit.minute))
        for row in rows
    )
    columns = zip(_COLUMNS, zip(*told, strict=True), strict=True)
    values = {name: list(column) for name, column in columns}
    return int(db.execute(_POSTGRESQL, values).scalar_one())


def _count_in_sqlite(db: Session, rows: Sequence[Lookup]) -> int:
    @cache
    def written(minute: datetime) -> tuple[str, str]:
        return minute.strftime("%Y-%m-%d %H:%M:%S.%f"), str(month_of(minute))

    asked = []
    for row in rows:
        minute, month = written(row.visit.minute)
        asked.append(
            (row.visit.line, minute, row.device, row.active, row.province, row.product_id, month)
        )
    values = {"rows": json.dumps(asked), "visitors": b"".join(row.visit.visitor for row in rows)}
    for statement in _SQLITE:
        db.execute(statement, values)
    return int(db.execute(_CHANGED).scalar_one())
