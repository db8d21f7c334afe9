"""Row level security on PostgreSQL: whose rows a transaction sees and writes.

Every transaction says for whom it runs; one that says nothing sees no row of a fenced table, and
the owner of the tables none either. SQLite has nothing of the kind: there the queries' own
scoping is the only defence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, inspect, text


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may touch: those of some tenants and of one account.

    `tenants` of None are all of them, and then every account too.
    """

    tenants: frozenset[int] | None = frozenset()
    account_id: int | None = None

    def statement(self, *, lasting: bool = False) -> str:
        """Return the SQL that has the transaction, or the connection, run for this scope."""
        tenants = "all"
        if self.tenants is not None:
            # Numbers alone: nothing of a request's text can get in here.
            tenants = "{" + ",".join(str(int(one)) for one in sorted(self.tenants)) + "}"
        account = "" if self.account_id is None else str(int(self.account_id))
        how = "SET" if lasting else "SET LOCAL"
        return f"{how} fence.tenants = '{tenants}'; {how} fence.account = '{account}'"


NOTHING: Final = Scope()
EVERYTHING: Final = Scope(tenants=None)

# Each in a query of its own, so that it is read once a statement and not once a row.
_ALL: Final = "(SELECT current_setting('fence.tenants', true) = 'all')"
_TENANTS: Final = (
    "(SELECT NULLIF(NULLIF(current_setting('fence.tenants', true), ''), 'all')::bigint[])"
)
_ACCOUNT: Final = "(SELECT NULLIF(current_setting('fence.account', true), '')::bigint)"


@dataclass(frozen=True)
class Fence:
    """Whose the rows of a table are: conditions in SQL, and the tables these look into.

    Either scope of everything passes any fence. Without `rows` nobody else does. `read_by_all`
    lets everybody read, and only those others write.
    """

    rows: str = ""
    into: tuple[str, ...] = ()
    read_by_all: bool = False

    def __or__(self, other: "Fence") -> "Fence":
        return Fence(f"{self.rows} OR {other.rows}", self.into + other.into)

    def policies(self) -> Mapping[str, str]:
        """Return what PostgreSQL is told, by the names of the policies."""
        passes = f"{_ALL} OR {self.rows}" if self.rows else _ALL
        made = {"fence": f"USING ({passes}) WITH CHECK ({passes})"}
        if self.read_by_all:
            made["fence_read"] = "FOR SELECT USING (true)"
        return made


def own(column: str) -> Fence:
    """Fence rows by the tenant a column names."""
    # The cast changes nothing; without it PostgreSQL would read a query of rows.
    return Fence(f"{column} = ANY ({_TENANTS}::bigint[])")


def account(column: str) -> Fence:
    """Fence rows by the account a column names."""
    return Fence(f"{column} = {_ACCOUNT}")


def through(table: str, condition: str) -> Fence:
    """Fence rows by those of another table: who sees one that meets the condition, sees them."""
    rows = f"EXISTS (SELECT 1 FROM {table} WHERE {condition})"  # noqa: S608 - our own names
    return Fence(rows, into=(table,))


class Reading:
    """What one role may read of a table: some columns, of rows that meet a condition in SQL."""

    def __init__(self, *columns: str, rows: str = "") -> None:
        self.columns = columns
        self.rows = rows

    def policies(self, role: str) -> Mapping[str, str]:
        """Return what PostgreSQL is told, by the names of the policies."""
        made = {"reading": f"FOR SELECT TO {role} USING (true)"}
        if self.rows:
            # Beside the fence it would only widen it: what restricts is asked for on its own.
            made["reading_rows"] = f"AS RESTRICTIVE FOR SELECT TO {role} USING ({self.rows})"
        return made


STAFF: Final = Fence()
REGISTER: Final = Fence(read_by_all=True)


_FENCES: Final = ("fence", "fence_read")
_READINGS: Final = ("reading", "reading_rows")


def install(connection: Connection, fences: Mapping[str, Fence]) -> None:
    """Make the fences stand as they are asked for; what stands already is not touched."""
    if connection.dialect.name != "postgresql":
        return
    there, standing = set(inspect(connection).get_table_names()), _standing(connection, _FENCES)
    up = set(connection.scalars(text(_FORCED)))
    for table, fence in fences.items():
        # A database on an older revision lacks the newer tables.
        if not there.issuperset({table, *fence.into}):
            continue
        statements = list(_changes(table, fence.policies(), standing.get(table, {})))
        if table not in up:
            statements.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            statements.append(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for statement in statements:
            connection.exec_driver_sql(statement)


def lower(connection: Connection) -> None:
    """Take all fences down, before a change of tables that the fences of others look into."""
    if connection.dialect.name != "postgresql":
        return
    for table, policies in _standing(connection, _FENCES + _READINGS).items():
        for name in policies:
            connection.exec_driver_sql(f"DROP POLICY {name} ON {table}")


def grant_reading(connection: Connection, role: str, readings: Mapping[str, Reading]) -> None:
    """Let a role read what is named, whosever it is, and nothing else."""
    quoted = '"' + role.replace('"', '""') + '"'
    connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    standing = _standing(connection, _READINGS)
    for table in sorted(readings.keys() | standing.keys()):
        wanted: Mapping[str, str] = {}
        if table in readings:
            named = ", ".join(f'"{name}"' for name in readings[table].columns)
            connection.exec_driver_sql(f"GRANT SELECT ({named}) ON {table} TO {quoted}")
            wanted = readings[table].policies(quoted)
        for statement in _changes(table, wanted, standing.get(table, {})):
            connection.exec_driver_sql(statement)


# The tables of a database whose fences stand, for their owner too.
_FORCED: Final = (
    "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
)
_POLICIES: Final = """
SELECT polrelid::regclass::text, polname, obj_description(oid, 'pg_policy') FROM pg_policy"""


def list_unfenced(connection: Connection, fences: Mapping[str, Fence]) -> list[str]:
    """Return the tables whose fence does not stand as it is asked for."""
    standing, up = _standing(connection, _FENCES), set(connection.scalars(text(_FORCED)))
    return [
        table
        for table, fence in fences.items()
        if table not in up or fence.policies() != standing.get(table, {})
    ]


# Why a role is not held by fences; that of the owner it could take down.
_PAST: Final = """
SELECT 'it is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL SELECT 'it has BYPASSRLS' FROM pg_roles WHERE rolname = current_user AND rolbypassrls
UNION ALL SELECT DISTINCT 'it is or inherits the owner of tables' FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND pg_has_role(current_user, relowner, 'USAGE')
UNION ALL SELECT DISTINCT 'it inherits a role that reads everything' FROM pg_policy
  JOIN pg_roles ON pg_roles.oid = ANY (polroles)
  WHERE polname = 'reading' AND rolname <> current_user
  AND pg_has_role(current_user, pg_roles.oid, 'USAGE')"""


def list_ways_past(connection: Connection) -> list[str]:
    """Return what lets this connection's role past the fences."""
    return list(connection.scalars(text(_PAST)))


def _standing(connection: Connection, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the policies of these names, by table and name, as they were asked for."""
    found: dict[str, dict[str, str]] = {}
    for table, name, asked in connection.execute(text(_POLICIES)):
        if name in names:
            found.setdefault(table, {})[name] = asked or ""
    return found


def _changes(table: str, wanted: Mapping[str, str], standing: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | standing.keys()):
        body = wanted.get(name)
        if body == standing.get(name):
            continue
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
        if body is not None:
            # PostgreSQL rewrites the conditions it keeps: the comment has them as asked for.
            told = body.replace("'", "''")
            yield f"CREATE POLICY {name} ON {table} {body}"
            yield f"COMMENT ON POLICY {name} ON {table} IS '{told}'"
