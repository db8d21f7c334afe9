"""Look-ups written by a few statements for all: row by row each took half as long as its page."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.types import LargeBinary

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
# All look-ups come as one value: an array for each column takes the driver far longer to write.
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
# Rows are written in one order everywhere, so that two processes never wait for each other in a
# circle; and those that another process has written already are not new.
_POSTGRESQL: Final = text(f"""
WITH asked AS MATERIALIZED (
  SELECT CAST(value ->> 0 AS bigint) AS line,
    substr(:visitors, {VISITOR_BYTES} * (CAST(place AS integer) - 1) + 1, {VISITOR_BYTES})
      AS visitor, CAST(value ->> 1 || '+00' AS timestamptz) AS minute, value ->> 2 AS device,
    CAST(value ->> 3 AS boolean) AS active, value ->> 4 AS province,
    CAST(value ->> 5 AS bigint) AS product_id, CAST(value ->> 6 AS date) AS month
  FROM json_array_elements(CAST(:rows AS json)) WITH ORDINALITY AS told (value, place)
), new AS (
  {_ROWS.format(source="asked")} ORDER BY line, visitor, minute
  ON CONFLICT DO NOTHING RETURNING line, visitor, minute
), fresh AS MATERIALIZED (
  SELECT asked.* FROM asked JOIN new USING (line, visitor, minute)
), sums AS ({_SUMS.format(least="least", greatest="greatest")}),
months AS ({_MONTHS})
SELECT count(*) FROM fresh
""").bindparams(bindparam("visitors", type_=LargeBinary()))  # noqa: S608 - names of our own


def count_lookups(db: Session, lookups: Iterable[Lookup]) -> int:
    """Store look-ups and add the new ones to the totals; return how many were new.

    The same visitor within a minute is one, whichever process saw it.
    """
    first: dict[Visit, Lookup] = {}
    for row in lookups:
        first.setdefault(row.visit, row)
    if not first:
        return 0
    values = _values(first.values())
    if db.get_bind().dialect.name == "postgresql":
        return int(db.execute(_POSTGRESQL, values).scalar_one())
    for statement in _SQLITE:
        db.execute(statement, values)
    return int(db.execute(_CHANGED).scalar_one())


def _values(rows: Iterable[Lookup]) -> dict[str, str | bytes]:
    @cache
    def written(minute: datetime) -> tuple[str, str]:
        told = minute.astimezone(UTC)
        return told.strftime("%Y-%m-%d %H:%M:%S.%f"), str(month_of(minute))

    asked, visitors = [], []
    for (line, visitor, at), device, active, product_id, province in rows:
        minute, month = written(at)
        asked.append((line, minute, device, active, province, product_id, month))
        visitors.append(visitor)
    return {"rows": json.dumps(asked), "visitors": b"".join(visitors)}
