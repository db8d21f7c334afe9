"""What the database itself refuses: the triggers and exclusion constraints, for both engines.

A table asks for its guard in its `info`: `guard="insert_only"` (no UPDATE, no DELETE),
`guard="no_update"` (rows may be erased, never changed), `disjoint=(first, last)` (no two rows
overlap). They live here because SQLite drops triggers silently when a table is rebuilt:
`install` makes them all again after every migration.
"""

from sqlalchemy import Connection, MetaData, Table, inspect

_PG_REFUSE = """
CREATE OR REPLACE FUNCTION ocop_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
    MESSAGE = TG_OP || ' of ' || TG_TABLE_NAME || ' is refused: its rows are kept as they are';
END $$
"""


def install(connection: Connection, metadata: MetaData) -> None:
    """Make every guard the metadata asks for, replacing those that stand."""
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_PG_REFUSE)
    # A database on an older revision lacks the newer tables.
    there = set(inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        for statement in make(table) if table.name in there else ():
            connection.exec_driver_sql(statement)


def _refused(table: Table) -> tuple[str, ...]:
    return {"insert_only": ("UPDATE", "DELETE"), "no_update": ("UPDATE",)}.get(
        table.info.get("guard", ""), ()
    )


def _sqlite(table: Table) -> list[str]:
    made = []
    for verb in _refused(table):
        name = f"guard_{table.name}_{verb.lower()}"
        made += [
            f"DROP TRIGGER IF EXISTS {name}",
            (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} BEGIN "
                f"SELECT RAISE(ABORT, '{verb} of {table.name} is refused: its rows are kept "
                f"as they are'); END"
            ),
        ]
    if "disjoint" in table.info:
        made += _sqlite_disjoint(table.name, *table.info["disjoint"])
    return made


def _sqlite_disjoint(table: str, first: str, last: str) -> list[str]:
    # The other rows are disjoint, so only the one that starts nearest below can overlap:
    # one index seek, however many rows there are.
    overlap = (
        f"SELECT RAISE(ABORT, 'spans of {table} must not overlap') WHERE (SELECT \"{last}\" "  # noqa: S608 - names come from our own metadata
        f'FROM {table} WHERE "{first}" <= NEW."{last}" AND id IS NOT NEW.id '
        f'ORDER BY "{first}" DESC LIMIT 1) >= NEW."{first}"'
    )
    made = []
    for verb in ("INSERT", "UPDATE"):
        name = f"guard_{table}_disjoint_{verb.lower()}"
        made += [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN {overlap}; END",
        ]
    return made


def _postgresql(table: Table) -> list[str]:
    made = []
    for verb in _refused(table):
        name = f"guard_{table.name}_{verb.lower()}"
        made += [
            f"DROP TRIGGER IF EXISTS {name} ON {table.name}",
            (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} FOR EACH ROW "
                "EXECUTE FUNCTION ocop_refuse_change()"
            ),
        ]
    if table.info.get("guard"):
        name = f"guard_{table.name}_truncate"
        made += [
            f"DROP TRIGGER IF EXISTS {name} ON {table.name}",
            (
                f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table.name} FOR EACH STATEMENT "
                "EXECUTE FUNCTION ocop_refuse_change()"
            ),
        ]
    if "disjoint" in table.info:
        first, last = table.info["disjoint"]
        name = f"ex_{table.name}_disjoint"
        made += [
            f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {name}",
            (
                f"ALTER TABLE {table.name} ADD CONSTRAINT {name} EXCLUDE USING gist "
                f'(int8range("{first}", "{last}", \'[]\') WITH &&)'
            ),
        ]
    return made


def grant(connection: Connection, role: str) -> None:
    """Give the application's role its rights on PostgreSQL: rows, no tables.

    The owner keeps the schema to itself, so that a fault in the application can't drop a guard.
    """
    quoted = '"' + role.replace('"', '""') + '"'
    for statement in (
        # Before PostgreSQL 15 everybody may make tables here.
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        # Which revision the database is at is the owner's to write.
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}",
    ):
        connection.exec_driver_sql(statement)
