"""A last value that may not be known any more does not stay at the broker."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from api.settings import ApiSettings
from api.webhooks.mqtt import republisher
from deploy.erasure import Wish, find_subject, waiting_last_values
from deploy.erasure.rows import erase_rows
from deploy.erasure.trace import Trace
from deploy.mosquitto import LIVE
from deploy.stack.mosquitto import Mosquitto
from tests.api.conftest import publish
from tests.api.erasing import erased
from tests.api.webhooks.mqtt.listening import (
    TIME,
    Subscriber,
    client_of,
    listening,
    public,
    republishing,
    started,
    store,
    until_true,
)

pytestmark = [pytest.mark.embedded, pytest.mark.real]

HOUR = timedelta(hours=1)
ONE, FIVE = "live/zonnedorp/traffic/1", "live/zonnedorp/traffic/5"
SETTLED = "select not exists (select from mqtt_retained where removed_start is not null)"
MOVED = """
with moved as (
    insert into dataset (city, theme, title, description, licence, access)
    select city, 'parking', title, description, licence, access
    from dataset where city = 'zonnedorp' and theme = 'traffic'
    returning dataset_id
)
update datastream set dataset_id = (select dataset_id from moved) where datastream_id = 5
"""
WITHDRAWN = """
insert into observation_version
select o.*, now(), 990, true from observation as o
where o.datastream_id = 5 and o.phenomenon_start = '2026-01-01T00:02:00Z'
"""
WITHDRAWN_AT = "update observation_version set phenomenon_start = $1 where datastream_id = 5"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait ten seconds for a look."""
    monkeypatch.setattr(republisher, "_LOOK_SECONDS", 0.2)


async def kept(broker: Mosquitto) -> dict[str, float]:
    """Return the last values that one who comes later is given."""
    async with listening(public(broker)) as late:
        async with client_of(broker.connection_as(LIVE)) as client:
            await client.publish("live/that-is-all", b"0", qos=1)
        await late.until(lambda: ("live/that-is-all", 0, False) in late.heard)
    return {topic: one["result"] for topic, one, _ in late.heard if isinstance(one, dict)}


async def heard(subscriber: Subscriber, last: int) -> None:
    """Wait until a subscriber has heard everything up to a sequence."""
    await subscriber.until(lambda: subscriber.position >= last)


async def test_what_is_erased_is_taken_back_and_what_comes_after_it_stays(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with (
        listening(public(broker)) as subscriber,
        started(settings, broker, owner, subscriber),
    ):
        await heard(subscriber, await store(owner, (1, TIME + 2 * HOUR, 1.0), (5, TIME, 5.0)))
        _, lost = await erased(owner, "teller-1", TIME, TIME + 3 * HOUR)
        await subscriber.until(lambda: (ONE, None, False) in subscriber.heard)
        last = await store(owner, (1, TIME - HOUR, 2.0))
        await heard(subscriber, last)
        await until_true(owner, SETTLED)

        assert lost == 1
        assert await kept(broker) == {ONE: 2.0, FIVE: 5.0}


async def test_what_is_erased_while_nobody_sends_is_taken_back_later(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            await store(owner, (5, TIME - HOUR, 4.0))
            await heard(subscriber, await store(owner, (1, TIME, 1.0), (5, TIME, 5.0)))
        one, lost = await erased(owner, "teller-1", TIME, TIME + HOUR)
        five, none = await erased(owner, "teller-2", TIME - 2 * HOUR, TIME)
        waiting = [await waiting_last_values(owner, subject) for subject in (one, five)]
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: (ONE, None, False) in subscriber.heard)
            await until_true(owner, SETTLED)

    assert (lost, none) == (1, 0)
    assert waiting == [1, 0]
    assert await kept(broker) == {FIVE: 5.0}


async def test_last_value_of_a_datastream_that_is_not_there_any_more_is_taken_back(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            await heard(subscriber, await store(owner, (1, TIME, 1.0), (5, TIME, 5.0)))
        await owner.execute("delete from datastream where datastream_id = 5")
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: (FIVE, None, False) in subscriber.heard)

    assert await kept(broker) == {ONE: 1.0}


@pytest.mark.parametrize("goes_on", [False, True])
async def test_last_value_goes_with_its_datastream_to_the_topic_of_another_theme(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto, *, goes_on: bool
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            await heard(subscriber, await store(owner, (1, TIME, 1.0), (5, TIME, 5.0)))
        await owner.execute(MOVED)
        if goes_on:
            last = await store(owner, (5, TIME + HOUR, 6.0))
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: (FIVE, None, False) in subscriber.heard)
            if not goes_on:
                last = await store(owner, (5, TIME + HOUR, 6.0))
            await heard(subscriber, last)

            assert await kept(broker) == {ONE: 1.0, FIVE.replace("traffic", "parking"): 6.0}


async def test_what_was_removed_on_its_way_to_the_broker_is_taken_back(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with (
        listening(public(broker)) as subscriber,
        started(settings, broker, owner, subscriber),
    ):
        last = await publish(owner, (1, TIME, 1.0))  # its row is not there
        await subscriber.until(lambda: last in subscriber.sequences)
        await subscriber.until(lambda: (ONE, None, False) in subscriber.heard)
        await heard(subscriber, last)

        assert await kept(broker) == {}


async def test_last_values_that_were_overtaken_while_nothing_was_kept_are_taken_back(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            await heard(subscriber, await store(owner, (1, TIME, 1.0), (5, TIME, 5.0)))
            await until_true(owner, f"select sequence >= {subscriber.position} from mqtt_position")
        await store(owner, (1, TIME + HOUR, 2.0))
        await owner.execute("delete from publication")
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: (ONE, None, False) in subscriber.heard)

    assert await kept(broker) == {FIVE: 5.0}


async def test_withdrawn_value_that_is_erased_waits_to_be_taken_back(
    owner: asyncpg.Connection,
) -> None:
    start = datetime.fromisoformat("2026-01-01T00:03:00Z")
    await owner.execute("insert into mqtt_retained values (5, 'live/zonnedorp/traffic/5')")
    await owner.execute(WITHDRAWN)
    await owner.execute(WITHDRAWN_AT, start)
    wish = Wish("zonnedorp", "teller-2", None, start, start + HOUR, "none", "dpo")
    subject = await find_subject(owner, wish)
    trace = await Trace.begin(owner, subject)
    await erase_rows(owner, subject, trace)

    assert await waiting_last_values(owner, subject) == 1
    assert (await trace.finish())["lastValues"] == 1
