"""PostgreSQL's client, and what its errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import asyncpg
from asyncpg import exceptions as postgres

from schemas.errors import PlatformError, StoreUnavailable
from schemas.settings import DatabaseConnection

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_FOR_NOW = (
    OSError,
    TimeoutError,
    postgres.PostgresConnectionError,
    postgres.InterfaceError,
    postgres.OperatorInterventionError,
    postgres.InsufficientResourcesError,
    postgres.TransactionRollbackError,
    postgres.LockNotAvailableError,
    postgres.PostgresSystemError,
    postgres.ReadOnlySQLTransactionError,
    postgres.InternalClientError,
)
_TOO_SLOW = (postgres.QueryCanceledError, postgres.IdleInTransactionSessionTimeoutError)
_DATA = (
    postgres.DataError,
    postgres.IntegrityConstraintViolationError,
    postgres.ProgramLimitExceededError,
    OverflowError,
    ValueError,
)


class DataRefused(PlatformError):
    """PostgreSQL does not take a value of the batch; which one, it does not say."""


class StoreTooSlow(StoreUnavailable):
    """The database did not do something in the time that it has for it: ask for less at once."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the caller must do in place of what the client saw.

    Raises:
        StoreUnavailable: the database, or its lock, is not to be had for now.
        StoreTooSlow: a statement, or we within a transaction, took too long.
        DataRefused: a value in the batch is none for PostgreSQL.
    """
    try:
        yield
    except _DATA as refused:
        raise DataRefused(f"{type(refused).__name__}: {refused}") from refused
    except _TOO_SLOW as slow:
        raise StoreTooSlow(f"the database is too slow: {slow!r}") from slow
    except _FOR_NOW as failure:
        raise StoreUnavailable(f"the database does not answer: {failure!r}") from failure


class Session:
    """One connection to the database, made again when it was lost.

    Args:
        database: where it is.
        name: what the server's list of sessions calls us.
        prepared: SQL to run once on each new connection.
    """

    def __init__(self, database: DatabaseConnection, *, name: str, prepared: str = "") -> None:
        self._dsn = database.dsn.get_secret_value()
        self._name = name
        self._prepared = prepared
        self._connection: Connection | None = None

    async def connection(self) -> Connection:
        """Return a connection that is open.

        Raises:
            StoreUnavailable: there is none to be had.
        """
        if self._connection is None or self._connection.is_closed():
            with translated():
                self._connection = await self._connect()
        return self._connection

    async def close(self) -> None:
        """Close the connection; a transaction on it is rolled back."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _connect(self) -> Connection:
        connection = await asyncpg.connect(
            self._dsn, server_settings={"application_name": self._name}, timeout=10
        )
        if self._prepared:
            await connection.execute(self._prepared)
        return connection
