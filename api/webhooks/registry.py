"""The webhooks of a city, as its key manages them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec

from api.leader import Connection, translated
from api.webhooks.signature import new_secret
from api.webhooks.statements import statement
from api.webhooks.subscription import Asked, Changed, Told
from schemas.errors import LimitExceeded, NotFound
from schemas.settings import DatabaseConnection

_OVERLAP: Final = timedelta(days=1)
_CONNECT_SECONDS: Final = 5.0
_SERVER: Final = {
    "application_name": "stadspuls webhooks of a city",
    "role": "stadspuls_writer",
    "timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "10s",
}
_LIST, _INSERT, _CHANGE, _REPLAY, _RENEW, _REMOVE = map(
    statement, ("list", "insert", "change", "replay", "renew", "remove")
)


class Registry:
    """Writes the few rows of which the open interfaces are the source.

    Each request has a connection of its own: nobody manages webhooks all day.
    """

    def __init__(self, database: DatabaseConnection, *, most: int) -> None:
        self._database = database
        self._most = most

    async def all(self, city: str) -> list[Told]:
        """Return the webhooks of a city, the oldest first."""
        async with self._connected() as connection:
            return [_told(row) for row in await connection.fetch(_LIST, city, None)]

    async def one(self, city: str, webhook: str) -> Told:
        """Return a webhook.

        Raises:
            NotFound: the city has none of this id.
        """
        async with self._connected() as connection:
            return _told(_there(await connection.fetchrow(_LIST, city, webhook), webhook))

    async def make(self, city: str, asked: Asked) -> Told:
        """Make a webhook, and tell its secret.

        Raises:
            LimitExceeded: the city has as many as it may.
            NotFound: the city has published nothing here.
        """
        webhook, secret = secrets.token_hex(8), new_secret()
        wanted = msgspec.json.encode(asked.filter).decode()
        async with self._connected() as connection:
            if not await connection.fetchval("select 1 from city where city = $1", city):
                raise NotFound(f"the city {city} has published nothing here yet")
            made = await connection.fetchval(
                _INSERT, webhook, city, asked.url, wanted, asked.description, secret,
                asked.sequence, self._most,
            )  # fmt: skip
            if made is None:
                raise LimitExceeded(f"a city may have {self._most} webhooks: remove one")
            row = await connection.fetchrow(_LIST, city, webhook)
        return msgspec.structs.replace(_told(_there(row, webhook)), secret=secret)

    async def change(self, city: str, webhook: str, changed: Changed) -> Told:
        """Change a webhook.

        Raises:
            NotFound: the city has none of this id.
        """
        return await self._written(
            _CHANGE, city, webhook, changed.url, changed.description, changed.state
        )

    async def replay(self, city: str, webhook: str, sequence: int) -> Told:
        """Go back, or on, to a sequence.

        Raises:
            NotFound: the city has none of this id.
        """
        return await self._written(_REPLAY, city, webhook, sequence)

    async def renew(self, city: str, webhook: str) -> Told:
        """Give a webhook another secret, and tell it; the one before signs for a day, too.

        Raises:
            NotFound: the city has none of this id.
        """
        secret = new_secret()
        until = datetime.now(UTC) + _OVERLAP
        told = await self._written(_RENEW, city, webhook, secret, until)
        return msgspec.structs.replace(told, secret=secret)

    async def remove(self, city: str, webhook: str) -> None:
        """Remove a webhook.

        Raises:
            NotFound: the city has none of this id.
        """
        async with self._connected() as connection:
            _there(await connection.fetchrow(_REMOVE, city, webhook), webhook)

    async def _written(self, sql: str, city: str, webhook: str, *values: Any) -> Told:
        async with self._connected() as connection:
            _there(await connection.fetchrow(sql, city, webhook, *values), webhook)
            return _told(_there(await connection.fetchrow(_LIST, city, webhook), webhook))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        with translated():
            connection = await asyncpg.connect(
                self._database.dsn.get_secret_value(),
                server_settings=_SERVER,
                timeout=_CONNECT_SECONDS,
            )
            try:
                yield connection
            finally:
                connection.terminate()


def _there(row: asyncpg.Record | None, webhook: str) -> asyncpg.Record:
    if row is None:
        raise NotFound(f"there is no webhook {webhook} here")
    return row


def _told(row: asyncpg.Record) -> Told:
    members = dict(row)
    return Told(**members | {"filter": msgspec.Raw(members["filter"].encode())})
