"""The database as the interfaces read it: read-only, as `stadspuls_reader`, errors translated."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import msgspec

from api.problems import TookTooLong
from schemas.errors import Overloaded, QueryRejected, StoreUnavailable
from schemas.settings import DatabaseConnection

_log = logging.getLogger(__name__)

_ADVICE = (
    "the database gave up after {seconds:g} s: ask for one datastream, a shorter period or a "
    "smaller page, or use /observations.csv for much history"
)
_NOT_READY = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidParameterValueError,
)
_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
)


Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


class Store:
    """Connections to the database, for reading only.

    Nothing is opened before it is needed, so that the process starts while the database is away.

    Args:
        database: where it is.
        connections: at most so many.
        acquire_seconds: longest wait for one of them.
        statement_seconds: longest statement.
    """

    def __init__(
        self,
        database: DatabaseConnection,
        *,
        connections: int,
        acquire_seconds: float,
        statement_seconds: float,
    ) -> None:
        self._database = database
        self._connections = connections
        self._acquire_seconds = acquire_seconds
        self._statement_seconds = statement_seconds
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Make the pool ready; connects nowhere yet."""
        self._pool = await asyncpg.create_pool(
            self._database.dsn.get_secret_value(),
            min_size=0,
            max_size=self._connections,
            init=_prepare,
            timeout=self._acquire_seconds,
            server_settings={
                "application_name": "stadspuls api",
                "role": "stadspuls_reader",
                "default_transaction_read_only": "on",
                "statement_timeout": f"{self._statement_seconds * 1000:.0f}",
                "timezone": "UTC",
                # Times and datastreams differ from call to call: a plan for all fits none.
                "plan_cache_mode": "force_custom_plan",
                "jit": "off",
            },
        )

    async def close(self) -> None:
        """Close all connections, those in use too."""
        if self._pool:
            self._pool.terminate()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction that sees one state of the database.

        Raises:
            StoreUnavailable: the database does not answer or is not migrated.
            Overloaded: all connections are in use.
            TookTooLong: a statement was given up.
            QueryRejected: a value of the request cannot be computed with.
        """
        with self._translated():
            connection = await self._acquire()
        try:
            with self._translated():
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    yield connection
        finally:
            await self._release(connection)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Connection]:
        """Lend a connection for as long as wanted, outside of any transaction."""
        with self._translated():
            connection = await self._acquire()
        try:
            with self._translated():
                yield connection
        finally:
            await self._release(connection)

    async def _acquire(self) -> Connection:
        if self._pool is None:
            raise StoreUnavailable("the database is not open")
        try:
            return await self._pool.acquire(timeout=self._acquire_seconds)
        except TimeoutError as waited:
            if self._pool.get_idle_size() == 0 and self._pool.get_size():
                raise Overloaded("all connections to the database are in use") from waited
            raise StoreUnavailable("the database does not answer") from waited

    async def _release(self, connection: Connection) -> None:
        if self._pool is not None:
            await asyncio.shield(self._pool.release(connection))

    def _translated(self) -> "_Translation":
        return _Translation(self._statement_seconds)


class _Translation:
    """Turns what asyncpg raises into errors that say what the caller must do."""

    def __init__(self, statement_seconds: float) -> None:
        self._statement_seconds = statement_seconds

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, asyncpg.QueryCanceledError):
            raise TookTooLong(_ADVICE.format(seconds=self._statement_seconds)) from error
        if isinstance(error, _NOT_READY):
            raise StoreUnavailable("the database is not ready: it is not migrated yet") from error
        if isinstance(error, _AWAY):
            raise StoreUnavailable("the database does not answer") from error
        if isinstance(error, asyncpg.DataError | asyncpg.ProgramLimitExceededError):
            raise QueryRejected(f"the database cannot compute this: {error}") from error
        if isinstance(error, asyncpg.SyntaxOrAccessError):
            _log.error("a statement of ours was refused", exc_info=error)
            raise QueryRejected("the database cannot compute this") from error
        if isinstance(error, asyncpg.PostgresError):
            _log.error("the database failed", exc_info=error)
            raise StoreUnavailable("the database could not answer") from error


async def _prepare(connection: asyncpg.Connection) -> None:
    """Let JSON pass through as it is: never parsed, never written again."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=str, decoder=_raw, format="text"
    )


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())
