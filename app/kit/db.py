import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from threading import RLock
from typing import Annotated, Any

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    bindparam,
    cast,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    DeclarativeBase,
    Session,
    SessionTransaction,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from app.kit.errors import DomainError
from app.kit.fences import EVERYTHING, NOTHING, Scope

BigInt = BigInteger().with_variant(Integer, "sqlite")

# A request enters only when a connection is free for it, so that threads waiting for
# connections can never starve the requests that hold them.
POOL = 8


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on both sides, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = "A time without a zone can't be stored."
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class _Elements(FunctionElement[str]):
    """The elements of a JSON list as rows of one column, `value`."""

    inherit_cache = True


@compiles(_Elements, "sqlite")
def _elements_sqlite(element: _Elements, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own arguments
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_Elements, "postgresql")
def _elements_postgresql(element: _Elements, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own arguments
    return f"json_array_elements_text({compiler.process(element.clauses, **more)})"


def numbers_asked(name: str) -> CTE:
    """Return a table of one column, `number`: the integers a statement is given under a name.

    It lets one statement, built once, answer for any list of numbers.
    """
    # Read once before all else: PostgreSQL seeks no fenced row by a text it still has to read
    # as a number, for reading it could tell what stands behind the fence.
    elements = _Elements(bindparam(name, type_=JSON)).table_valued("value")
    numbers = select(cast(elements.c.value, BigInteger).label("number")).cte(name)
    return numbers.prefix_with("MATERIALIZED", dialect="postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's own declaration


Key = Annotated[int, mapped_column(BigInt, primary_key=True)]


class Database:
    """Engine and transactions of one database, SQLite or PostgreSQL.

    Its transactions run for one scope. The system's own may touch everything; what serves
    requests is narrowed by `scoped`. `shared` are those over one connection.
    """

    shared = False
    _alone: AbstractContextManager[object] = nullcontext()

    def __init__(self, url: str, *, scope: Scope = EVERYTHING) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.scope = scope
        self.engine = _engine(url)
        self._reads = self._sessions(self.engine.execution_options(write=False))
        self._writes = self._sessions(self.engine.execution_options(write=True))

    @classmethod
    def over(cls, connection: Connection, *, role: str = "") -> "Database":
        """Make a database whose transactions are savepoints of one connection.

        With a role, they run as that one on PostgreSQL.
        """
        self = cls.__new__(cls)
        self.url = connection.engine.url
        self.dialect = connection.dialect.name
        self.scope = EVERYTHING
        self.shared = True
        # Savepoints of several threads would end one another.
        self._alone = connection.info.setdefault("alone", RLock())
        self.engine = connection.engine
        self._reads = self._writes = sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        if self.dialect == "postgresql":
            _fence_savepoints(self._writes, connection, role)
        return self

    def scoped(self, scope: Scope) -> "Database":
        """Return the same database with transactions for another scope."""
        narrowed = copy.copy(self)
        narrowed.scope = scope
        return narrowed

    @staticmethod
    def _sessions(engine: Engine) -> sessionmaker[Session]:
        made = sessionmaker(engine, expire_on_commit=False, autoflush=True)
        if engine.dialect.name == "postgresql":
            event.listen(made, "after_begin", _begin_fenced)
        return made

    def session(self, *, write: bool) -> Session:
        """Return a session that begins at its first statement; see `finish` and `abandon`."""
        return (self._writes if write else self._reads)(info={"scope": self.scope})

    def lone_reader(self) -> Any:  # noqa: ANN401 - the driver's own connection
        """Return a connection of its own, whose statements read each by itself for the scope.

        It is the caller's to close. On SQLite it doesn't wait for locks.
        """
        lent = self.engine.raw_connection()
        driver: Any = lent.driver_connection
        lent.detach()
        if self.dialect == "sqlite":
            driver.execute("PRAGMA busy_timeout=20")
            driver.execute("PRAGMA query_only=1")
        else:
            driver.autocommit = True
            driver.execute("SET default_transaction_read_only = on")
            # Planned anew, a statement may take longer to plan than to run.
            driver.execute("SET plan_cache_mode = force_generic_plan")
            driver.execute(self.scope.statement(lasting=True))
        return driver

    @contextmanager
    def begin(self, *, write: bool = True) -> Iterator[Session]:
        """Run one transaction: commit at the end, roll back on any error."""
        with self._alone:
            db = self.session(write=write)
            try:
                yield db
                finish(db)
            except BaseException as error:
                self.abandon(db, refused=isinstance(error, DomainError))
                raise
            finally:
                db.close()

    def abandon(self, db: Session, *, refused: bool) -> None:
        """Roll back, then keep what a refusal leaves behind in a transaction of its own."""
        kept = db.info.pop("refusals", [])
        db.rollback()
        if refused and kept:
            with self.begin() as after:
                for keep in kept:
                    keep(after)

    def close(self) -> None:
        self.engine.dispose()


def on_refusal(db: Session, keep: Callable[[Session], object]) -> None:
    """Have `keep` run in a transaction of its own if this one ends in a refusal."""
    db.info.setdefault("refusals", []).append(keep)


def finish(db: Session) -> None:
    """Commit. The only other commits stand in the CLI and the scripts."""
    db.commit()


@contextmanager
def beyond_fence(db: Session) -> Iterator[None]:
    """Run a few statements for everything, whomever the transaction runs for.

    Each use is a hole in the fence, and says on its spot why it must be there. One inside
    another ends with the outer one.
    """
    scope: Scope = db.info["scope"]
    connection = db.connection()
    if connection.dialect.name != "postgresql" or scope == EVERYTHING:
        yield
        return
    connection.exec_driver_sql(EVERYTHING.statement())
    db.info["scope"] = EVERYTHING
    try:
        yield
    finally:
        db.info["scope"] = scope
        # A transaction that failed can only go back to before the setting, and takes it back.
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql(scope.statement())


def _begin_fenced(
    session: Session, transaction: SessionTransaction, connection: Connection
) -> None:
    if transaction.nested:
        return
    statements = [session.info["scope"].statement()]
    if not connection.get_execution_options()["write"]:
        # As on SQLite, all that one request reads is of one moment.
        statements.insert(0, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.exec_driver_sql("; ".join(statements))


def _fence_savepoints(made: sessionmaker[Session], connection: Connection, role: str) -> None:
    """Have each session run for its scope, and the one around it for its own again."""
    # A released savepoint leaves its settings to what surrounds it.
    around: list[str] = connection.info.setdefault("fences", [])

    def begin(session: Session, transaction: SessionTransaction, _connection: Connection) -> None:
        if not transaction.nested:
            become = f'SET LOCAL ROLE "{role}"' if role else "SET LOCAL ROLE NONE"
            around.append(f"{become}; {session.info['scope'].statement()}")
            connection.exec_driver_sql(around[-1])
            session.info["begun"] = True

    def end(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and session.info.pop("begun", False):
            around.pop()
            outer = f"SET LOCAL ROLE NONE; {NOTHING.statement()}"
            connection.exec_driver_sql(around[-1] if around else outer)

    event.listen(made, "after_begin", begin)
    event.listen(made, "after_transaction_end", end)


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(
            url, pool_size=POOL, max_overflow=POOL, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=POOL, max_overflow=POOL, pool_pre_ping=True)


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    # Without it INSERT OR REPLACE deletes rows behind the back of the guards.
    "recursive_triggers=ON",
)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred BEGIN that reads and then writes fails at once with "database is locked".
    write = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql(f"PRAGMA query_only={0 if write else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
