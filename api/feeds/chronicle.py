"""Keeps the chronicle: looks for what changed, and writes it down in the order of its feed.

Several may run: a turn is one transaction under a lock, and begins with what was written last.
"""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final, NoReturn

import asyncpg

from api.catalogue.facts import Facts
from api.feeds.catalogue_changes import catalogue_changes, declared_facts, described_resources
from api.feeds.entity_changes import entity_changes
from api.feeds.event import Change, times
from api.iris import Iris
from api.ldes.series import AnyConnection
from api.leader import AWAY
from schemas.settings import DatabaseConnection

_FOLDER: Final = files("api.feeds")
_LAST: Final = (_FOLDER / "last_events.sql").read_text(encoding="utf-8")
_INSERT: Final = (_FOLDER / "insert_events.sql").read_text(encoding="utf-8")
_REST: Final = 20
"""Times as long as a turn took is the rest after it: looking takes a twentieth at most."""

_LOCK: Final = "select pg_advisory_xact_lock(hashtext('chronicle'))"
_CONNECT_SECONDS: Final = 10.0
_SERVER: Final = {
    "application_name": "stadspuls chronicle",
    "role": "stadspuls_writer",
    "timezone": "UTC",
    "lock_timeout": "30s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
_log = logging.getLogger(__name__)


class Chronicle:
    """Writes down what changed.

    Args:
        iris: of the installation.
    """

    def __init__(self, iris: Iris) -> None:
        self._iris = iris
        self._facts: Facts | None = None

    async def turn(self, connection: AnyConnection) -> int:
        """Write down what changed since the last turn, of whoever; return how many events."""
        async with connection.transaction():
            await connection.execute(_LOCK)
            changes = [one async for one in entity_changes(connection, self._iris)]
            facts = await declared_facts(connection)
            if facts != self._facts:
                described = await asyncio.to_thread(described_resources, facts, self._iris)
                changes += await catalogue_changes(connection, described)
            await self._write(connection, changes)
        self._facts = facts
        return len(changes)

    async def _write(self, connection: AnyConnection, changes: Iterable[Change]) -> None:
        by_feed: defaultdict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_feed[change.feed].append(change)
        last = {row["feed"]: row for row in await connection.fetch(_LAST)}
        for feed, said in by_feed.items():
            position, time = last[feed][1:] if feed in last else (0, None)
            positions = range(position + 1, position + 1 + len(said))
            await connection.execute(
                _INSERT,
                feed,
                list(positions),
                times(len(said), last=time, now=datetime.now(UTC)),
                [one.subject for one in said],
                [one.activity for one in said],
                [one.digest for one in said],
                [
                    one.described(self._iris, place)
                    for place, one in zip(positions, said, strict=True)
                ],
            )


async def keep_chronicle(database: DatabaseConnection, iris: Iris, *, seconds: float) -> NoReturn:
    """Take turns until cancelled; after trouble, again."""
    while True:
        try:
            connection = await asyncpg.connect(
                database.dsn.get_secret_value(), server_settings=_SERVER, timeout=_CONNECT_SECONDS
            )
            try:
                await _take_turns(connection, Chronicle(iris), seconds)
            finally:
                connection.terminate()
        except AWAY as trouble:
            _log.warning("the chronicle is not being kept: %r", trouble)
        await asyncio.sleep(random.uniform(seconds / 2, seconds))  # noqa: S311, no secret


async def _take_turns(connection: AnyConnection, chronicle: Chronicle, seconds: float) -> NoReturn:
    while True:
        begun = time.monotonic()
        if not await chronicle.turn(connection):
            await asyncio.sleep(max(seconds, _REST * (time.monotonic() - begun)))
