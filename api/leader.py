"""One process works, whoever was first; the others wait until its connection is gone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeAlias

import asyncpg

from schemas.errors import StoreUnavailable
from schemas.settings import DatabaseConnection

_PAUSE_SECONDS: Final = 1.0
_CONNECT_SECONDS: Final = 10.0
_SERVER: Final = {
    "role": "stadspuls_writer",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "30s",
    # One that stands still, or whose computer is gone, leaves its place to another.
    "idle_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a statement that meets the end of its session
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Pen:
    """The connection, for several who write: one after the other is served."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement and return its rows.

        Raises:
            StoreUnavailable: the database does not answer, or took our connection.
        """
        async with self._lock:
            with translated():
                # To its end, or the connection could not be used by the next one.
                return await asyncio.shield(self._connection.fetch(sql, *values))


@asynccontextmanager
async def holding(
    database: DatabaseConnection, lock: int, *, name: str, standing_by: Callable[[], None]
) -> AsyncIterator[Connection]:
    """Wait until the lock is ours, and lend the connection that makes it so.

    Everything that its holder writes goes over this connection: when it is lost, so is the lock,
    and nothing that we write comes after what the next one writes.

    Args:
        database: where.
        lock: advisory lock, a number that nobody else locks.
        name: told to the database.
        standing_by: called while another holds it.

    Raises:
        StoreUnavailable: the database does not answer, or stopped doing so.
    """
    with translated():
        connection = await asyncpg.connect(
            database.dsn.get_secret_value(),
            server_settings=_SERVER | {"application_name": name},
            timeout=_CONNECT_SECONDS,
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", lock):
                standing_by()
                await asyncio.sleep(_PAUSE_SECONDS)
            yield connection
        finally:
            connection.terminate()


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the caller must do in place of what the client saw.

    Raises:
        StoreUnavailable: the database does not answer, or took our connection.
    """
    try:
        yield
    except AWAY as failure:
        raise StoreUnavailable(f"the database does not answer: {failure!r}") from failure
