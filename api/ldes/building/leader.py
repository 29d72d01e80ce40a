"""One builder works, whoever was first; the others wait until its connection is gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeAlias

import asyncpg

from api.ldes.building.monitor import Monitor
from schemas.errors import StoreUnavailable
from schemas.settings import DatabaseConnection

LEADER: Final = 0x6C64_6573_7061_6765
"""Advisory lock of the builder, any number that nobody else locks: "ldespage"."""

_PAUSE_SECONDS: Final = 1.0
_CONNECT_SECONDS: Final = 10.0
_SERVER: Final = {
    "application_name": "stadspuls ldes",
    "role": "stadspuls_writer",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "30s",
    # A builder that stands still, or whose computer is gone, leaves its place to another.
    "idle_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a statement that meets the end of its session
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@asynccontextmanager
async def leading(database: DatabaseConnection, monitor: Monitor) -> AsyncIterator[Connection]:
    """Wait until we are the builder, and lend the connection that makes us so.

    Everything that a builder writes goes over this connection: when it is lost, so is the lock,
    and nothing that we write comes after what the next one writes.

    Raises:
        StoreUnavailable: the database does not answer, or stopped doing so.
    """
    with _translated():
        connection = await asyncpg.connect(
            database.dsn.get_secret_value(), server_settings=_SERVER, timeout=_CONNECT_SECONDS
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LEADER):
                monitor.waiting_for = ""  # standing by is what it is there for
                await asyncio.sleep(_PAUSE_SECONDS)
            yield connection
        finally:
            connection.terminate()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what the caller must do in place of what the client saw.

    Raises:
        StoreUnavailable: the database does not answer, or took our connection.
    """
    try:
        yield
    except _AWAY as failure:
        raise StoreUnavailable(f"the database does not answer: {failure!r}") from failure
