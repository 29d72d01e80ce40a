"""Last values that the MQTT broker keeps: whoever sent them takes them back."""

import asyncpg

from deploy.erasure.subject import Subject
from stream_processors.statements import statement

_WAITING = statement(__package__, "waiting_last_values")


async def waiting_last_values(connection: asyncpg.Connection, subject: Subject) -> int:
    """Return how many last values the broker still keeps of what was removed."""
    found: int = await connection.fetchval(_WAITING, subject.datastreams)
    return found
