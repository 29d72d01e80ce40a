"""A store whose datasets have rules, and a keeper that follows them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from stream_processors.aggregates.aggregator import Aggregator
from stream_processors.monitor import Health, Monitor
from stream_processors.quality_figures.bookkeeper import Bookkeeper
from stream_processors.quality_figures.figures import Severities
from stream_processors.retention.keeper import Keeper
from stream_processors.settings import AggregateSettings, RetentionPolicy
from tests.stream_processors.scene import Scene

SEVERITIES = Severities(error=["range.high"], warning=[])
CATALOGUE = Path(__file__).with_name("catalogue.sql").read_text()
LATEST_AGAIN = Path(__file__).with_name("latest_again.sql").read_text()


async def declare(shop: Scene, theme: str, **rules: str) -> None:
    """Let a dataset be kept as its city says."""
    await shop.connection.execute(
        "update dataset set properties = jsonb_build_object('retention', $2::jsonb) "
        "where theme = $1",
        theme,
        json.dumps(rules),
    )


async def keep(shop: Scene, now: datetime, **policy: Any) -> int:
    """Let a keeper do a round at a time, and return how much it removed."""
    database = shop.sink._settings.database
    settings = AggregateSettings(database=database, retention=RetentionPolicy(**policy))
    keeper = Keeper(settings, Health())
    try:
        return await keeper.turn(now)
    finally:
        await keeper.close()


async def sum_up(shop: Scene) -> None:
    """Let an aggregator sum up everything that is noted, and a bookkeeper count its hours."""
    settings = AggregateSettings(database=shop.sink._settings.database)
    aggregator = Aggregator(settings, Monitor(), barring_flags=["range.high"])
    await aggregator.turn()
    await aggregator._session.close()
    bookkeeper = Bookkeeper(settings, Monitor(), severities=SEVERITIES)
    await bookkeeper.turn()
    await bookkeeper._session.close()


async def latest_is_exact(shop: Scene) -> bool:
    """Tell whether `latest` is what the observations say."""
    kept = await shop.connection.fetch("select * from latest order by datastream_id")
    again = await shop.connection.fetch(LATEST_AGAIN)
    return [tuple(row) for row in kept] == [tuple(row) for row in again]


async def starts(shop: Scene, series: int) -> list[datetime]:
    """Return the times of a datastream's observations."""
    rows = await shop.connection.fetch(
        "select phenomenon_start from observation where datastream_id = $1 order by 1", series
    )
    return [row[0] for row in rows]


async def removals(shop: Scene, what: str) -> list[tuple[Any, ...]]:
    """Return what the log tells of a kind: theme, rule, way, first and last time, how many."""
    rows = await shop.connection.fetch(
        "select theme, rule, way, first_time, last_time, removed_count from retention_log "
        "where what = $1 order by round_at, theme, way",
        what,
    )
    return [tuple(row) for row in rows]
