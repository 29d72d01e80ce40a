"""The trace of an erasure: begun before anything goes, finished when nothing is left."""

import json
from typing import Any

import asyncpg

from deploy.erasure.subject import Subject
from schemas.publication import LANE
from stream_processors.statements import statement

_ENTER_LANE = statement("stream_processors.store", "enter_lane")
_BEGIN = statement(__package__, "begin_erasure")
_COUNT = statement(__package__, "count_erased")
_FINISH = statement(__package__, "finish_erasure")


class Trace:
    """A row of `erasure`."""

    def __init__(self, connection: asyncpg.Connection, erasure_id: int) -> None:
        self.erasure_id = erasure_id
        self._connection = connection

    @classmethod
    async def begin(cls, connection: asyncpg.Connection, subject: Subject) -> "Trace":
        """Begin an erasure; from now on nothing of it is stored."""
        wish = subject.wish
        async with connection.transaction():
            await connection.execute(_ENTER_LANE, LANE)
            number = await connection.fetchval(
                _BEGIN,
                wish.city,
                subject.thing,
                subject.thing_id,
                wish.datastream,
                wish.begin,
                wish.end,
                wish.reason,
                wish.asked_by,
            )
        return cls(connection, number)

    async def count(self, where: str, number: int) -> None:
        """Note how much went; within the transaction in which it does."""
        await self._connection.execute(_COUNT, self.erasure_id, where, number)

    async def finish(self) -> dict[str, Any]:
        """Note that nothing is left, and return how much went."""
        counts: dict[str, Any] = json.loads(
            await self._connection.fetchval(_FINISH, self.erasure_id)
        )
        return counts
