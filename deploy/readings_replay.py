"""Bring old readings again on the running platform, once it works with the packs of today."""

import asyncio
import time
from typing import Final

import asyncpg

from deploy.drain import unstored
from deploy.installation import Installation
from deploy.log_ends import log_ends
from schemas.cities.registry import Registry
from schemas.errors import Overloaded, StoreUnavailable, Unavailable
from schemas.settings import DatabaseConnection, KafkaConnection
from schemas.wire import READINGS
from stream_processors.replay.replay import Order, Progress, Report, run_replay
from stream_processors.replay.selection import Selection

_LOCK: Final = 0x7265_706C_6179  # any number that nobody else locks: "replay"
_PAUSE_SECONDS: Final = 0.2
_TAKE_OVER_SECONDS: Final = 60.0
_STANDSTILL_SECONDS: Final = 60.0


async def replay_readings(
    installation: Installation,
    selection: Selection,
    *,
    is_rehearsal: bool,
    is_forced: bool,
    progress: Progress,
) -> Report:
    """Bring readings again that are stored by now; what comes later is read anew anyway.

    Raises:
        Misconfigured: no platform runs here, nobody has the city or profile, or the profile
            rejects most of the readings.
        Overloaded: another replay is under way.
        Unavailable: the platform, Kafka or the database does not go on.
    """
    registry = await _taken_over(installation)
    facts = installation.running()
    kafka = KafkaConnection.model_validate(facts["kafka"])
    connection = await asyncpg.connect(facts["database"])
    try:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            raise Overloaded("another replay is under way: wait until it has ended")
        order = Order(
            kafka=kafka,
            database=DatabaseConnection(dsn=facts["database"]),
            registry=registry,
            selection=selection,
            ends=await _stored_ends(connection, kafka),
            is_rehearsal=is_rehearsal,
            is_forced=is_forced,
        )
        return await run_replay(order, progress)
    finally:
        await connection.close()


async def _taken_over(installation: Installation) -> Registry:
    """Wait until nothing runs with other packs than those that are here now, and return these.

    Else a reading could still be read by the old profile after it was brought again.
    """
    end = time.monotonic() + _TAKE_OVER_SECONDS
    while True:
        packs = installation.fingerprint()
        registry = installation.registry()
        if installation.running()["packs"] == packs == installation.fingerprint():
            return registry
        if time.monotonic() > end:
            raise Unavailable(
                "the platform has not taken the changed city packs over yet; try again"
            )
        await asyncio.sleep(_PAUSE_SECONDS)


async def _stored_ends(connection: asyncpg.Connection, kafka: KafkaConnection) -> dict[int, int]:
    """Return where the readings end now, once all of them are stored."""
    ends = await log_ends(kafka, READINGS)
    left = await unstored(connection, READINGS, ends, patience_seconds=_STANDSTILL_SECONDS)
    if left:
        raise StoreUnavailable(
            f"{left} readings are not stored yet, and the store does not go on: nothing was "
            "brought again"
        )
    return ends
