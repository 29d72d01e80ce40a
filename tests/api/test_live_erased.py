"""What is erased is not given from memory either to those who come back."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from api.settings import ApiSettings, LiveSettings
from tests.api.conftest import served
from tests.api.erasing import erased
from tests.api.test_live import TIME, listening
from tests.api.webhooks.mqtt.listening import store

HOUR = timedelta(hours=1)


@pytest.mark.embedded
async def test_who_comes_back_is_not_given_what_was_erased_meanwhile(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    quick = LiveSettings(poll_seconds=0.05, refresh_seconds=0.1)
    async with (
        served(settings.model_copy(update={"live": quick})) as address,
        listening(address) as there,
    ):
        last = await store(owner, (1, TIME, 1.0), (1, TIME + HOUR, 2.0))
        before = str(last - 2)
        assert [one["result"] for one in await there.take(2)] == [1.0, 2.0]
        async with listening(address, Last_Event_ID=before) as again:
            assert [one["result"] for one in await again.take(1)] == [1.0]
        await erased(owner, "teller-1", TIME, TIME + HOUR)
        async with asyncio.timeout(90):
            while await first_after(address, before) != 2.0:  # noqa: ASYNC110, it tells nobody
                await asyncio.sleep(0.05)


async def first_after(address: str, sequence: str) -> float:
    """Return the first result that one is given who comes back."""
    async with listening(address, Last_Event_ID=sequence) as events:
        [event] = await events.take(1)
    result: float = event["result"]
    return result
