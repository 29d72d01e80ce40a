"""What was erased is not stored again, by no store that did not know of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from schemas.errors import Fenced
from tests.stream_processors.retention.keeping import starts
from tests.stream_processors.scene import NOON, Scene, observation, reading, record

HOUR = timedelta(hours=1)


async def bar(
    shop: Scene, begin: datetime, end: datetime, *, datastream: int | None = None
) -> None:
    """Begin an erasure of the thing of the datastreams 1 and 2."""
    await shop.connection.execute(
        "insert into erasure (city, thing, thing_id, datastream_id, from_time, to_time, reason, "
        "asked_by) values ('stad-a', 'v/m/t', 1, $1, $2, $3, 'r', 'a')",
        datastream,
        begin,
        end,
    )
    await shop.connection.execute(
        "update publication_lane set last_erasure = (select max(erasure_id) from erasure)"
    )


async def test_only_what_lies_in_the_erased_time_is_withheld(shop: Scene) -> None:
    await bar(shop, NOON, NOON + HOUR)
    await shop.take_over(0)
    interval = observation(1, start=NOON - HOUR / 2, end=NOON + HOUR / 2)
    before = observation(1, start=NOON - HOUR, end=NOON)

    await shop.store(
        reading(0, observation(1, 0), observation(2, 59), observation(1, 60), observation(3, 5)),
        reading(1, interval, before),
    )

    assert await starts(shop, 1) == [NOON - HOUR, NOON + HOUR]
    assert await starts(shop, 2) == []
    assert await starts(shop, 3) == [NOON + timedelta(minutes=5)]
    assert (await shop.rows("account"))[0]["withheld"] == 3


async def test_erasure_of_a_datastream_leaves_the_others_of_its_thing(shop: Scene) -> None:
    await bar(shop, NOON, NOON + HOUR, datastream=2)
    await shop.take_over(0)

    await shop.store(reading(0, observation(1, 0), observation(2, 0)))

    assert (await starts(shop, 1), await starts(shop, 2)) == ([NOON], [])


@pytest.mark.parametrize("again", [False, True], ids=["all new", "judged in the lane"])
async def test_store_that_does_not_know_of_an_erasure_cannot_commit(
    shop: Scene, again: bool
) -> None:
    await shop.store(reading(0, observation(1, 0)))
    await bar(shop, NOON, NOON + HOUR)
    batch = reading(1, observation(1, 5), *([observation(1, 0)] if again else []))

    with pytest.raises(Fenced, match="erased"):
        await shop.store(batch)

    assert await starts(shop, 1) == [NOON]
    await shop.take_over(0)
    await shop.store(batch)
    assert await starts(shop, 1) == [NOON]


async def test_tombstone_is_passed_and_leaves_nothing(shop: Scene) -> None:
    await shop.sink.write([replace(record(0, b""), tombstone=True)], shop.ownership)

    assert await shop.rows("dead_letter") == await shop.rows("account") == []
    places = await shop.rows("kafka_offset where topic = 'city.observations'", "1")
    assert [row["next_offset"] for row in places] == [1]
