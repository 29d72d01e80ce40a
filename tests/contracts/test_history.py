"""What is known of datastreams' pasts and newest values: in memory and in the database alike."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from schemas.settings import DatabaseConnection
from stream_processors.comparison.history import History, StoredHistory
from stream_processors.comparison.neighbours import Newest
from stream_processors.comparison.past import Past
from tests.stream_processors.comparison.watching import ERROR, STEEP, STRICT, RememberedHistory
from tests.stream_processors.scene import NOON, Scene, observation, reading, scene

DAY = 24 * 60


class HistoryContract:
    """The behaviour of every history."""

    history: History

    async def remember(self, *values: tuple[float, float, tuple[str, ...]]) -> None:
        """Have values of datastream 1: minute, value, flags."""
        raise NotImplementedError

    async def past(self) -> Past | None:
        return (await self.history.pasts({1: STRICT})).get(1)

    async def test_datastream_without_values_has_no_past(self) -> None:
        assert await self.past() is None

    async def test_row_of_equal_values_is_known_from_its_first(self) -> None:
        await self.remember((0, 4, ()), (5, 7, ()), (10, 7, ()), (15, 7, ()))

        assert await self.past() == Past(at(15), 7, at(5), 3, at(15), 7)

    async def test_row_is_followed_no_further_than_the_rule_asks(self) -> None:
        await self.remember(*((minute, 7, ()) for minute in (0, DAY / 2, DAY, DAY + 1)))

        assert await self.past() == Past(at(DAY + 1), 7, at(DAY / 2), 3, at(DAY + 1), 7)

    async def test_value_with_an_error_is_not_remembered(self) -> None:
        await self.remember((0, 7, ()), (5, 900, (ERROR,)), (10, 7, ()), (15, 900, (ERROR,)))

        assert await self.past() == Past(at(10), 7, at(0), 2, at(10), 7)

    async def test_sure_value_is_the_last_that_was_not_steep(self) -> None:
        await self.remember((0, 7, ()), (5, 8, ()), (10, 60, (STEEP,)), (15, 90, (STEEP,)))

        assert await self.past() == Past(at(15), 90, at(15), 1, at(5), 8)

    async def test_only_a_value_without_doubt_speaks_for_its_datastream(self) -> None:
        await self.remember((0, 7, ()), (5, 8, ()))
        assert await self.history.newest([1, 2]) == {1: Newest(at(5), 8)}

        await self.remember((10, 60, (STEEP,)))
        assert await self.history.newest([1, 2]) == {}


class TestRememberedHistory(HistoryContract):
    @pytest.fixture(autouse=True)
    def _prepared(self) -> None:
        self.history = self.memory = RememberedHistory()

    async def remember(self, *values: tuple[float, float, tuple[str, ...]]) -> None:
        known = self.memory.values.setdefault(1, [])
        known.extend((at(minute), value, flags) for minute, value, flags in values)


class TestStoredHistory(HistoryContract):
    @pytest_asyncio.fixture(autouse=True)
    async def _prepared(self, database: DatabaseConnection) -> AsyncIterator[None]:
        stored = StoredHistory(database, barring=[ERROR], doubting=[ERROR, STEEP])
        self.history = stored
        async with scene(database, 0) as self.shop:
            yield
        await stored.close()

    shop: Scene

    async def remember(self, *values: tuple[float, float, tuple[str, ...]]) -> None:
        given = [observation(1, minute, value, quality=flags) for minute, value, flags in values]
        await self.shop.store(reading(self.shop.next_offset, *given))


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)
