"""Of every partition as many records: nobody waits for another's queue."""

from typing import Any

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from stream_processors.fair_share import FairShare

FLOOD, TRICKLE, QUIET = (TopicPartition("t", number) for number in range(3))


class Client:
    """A consumer that has so much of each partition, and empties one after the other if let."""

    def __init__(self, *lengths: int) -> None:
        self.waiting = {
            TopicPartition("t", number): list(range(length))
            for number, length in enumerate(lengths)
        }
        self.late: dict[TopicPartition, list[int]] = {}

    def assignment(self) -> list[TopicPartition]:
        return [*self.waiting]

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Any]]:
        found: dict[TopicPartition, list[Any]] = {}
        if not partitions and timeout_ms:
            self._fetch()
        left = max_records or 500
        for place in partitions or self.waiting:
            records, self.waiting[place] = self.waiting[place][:left], self.waiting[place][left:]
            left -= len(records)
            if records:
                found[place] = records
            if not self.waiting[place]:
                self._fetch(place)
        return found

    def _fetch(self, *places: TopicPartition) -> None:
        """Ask Kafka for what came meanwhile, as the client does when it has nothing left."""
        for place in places or tuple(self.late):
            self.waiting[place] += self.late.pop(place, [])


async def take(client: Client, most: int) -> dict[TopicPartition, list[Any]]:
    return await FairShare(client).take(most, wait_seconds=0.1)


async def test_trickle_is_taken_whole_beside_a_flood() -> None:
    found = await take(Client(10_000, 20, 0), 900)

    assert found[TRICKLE] == list(range(20))
    assert found[FLOOD] == list(range(880))


async def test_floods_get_the_same() -> None:
    found = await take(Client(10_000, 10_000, 10_000), 900)

    assert {place: len(records) for place, records in found.items()} == {
        FLOOD: 300,
        TRICKLE: 300,
        QUIET: 300,
    }


async def test_what_came_while_we_were_away_is_taken_in_the_same_turn() -> None:
    client = Client(10_000, 5)
    client.late = {TRICKLE: [5, 6, 7]}

    assert (await take(client, 900))[TRICKLE] == list(range(8))


async def test_nothing_waiting_is_waited_for() -> None:
    client = Client(0, 0)
    client.late = {TRICKLE: [0, 1]}

    assert await take(client, 900) == {TRICKLE: [0, 1]}


async def _at_once(_: float) -> None:
    """Sleep not at all."""


async def _waits_between(client: Client) -> float:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    share = FairShare(client, clock=lambda: 0.0, sleep=sleep)
    await share.take(900, wait_seconds=0.1)
    assert sum(waits) == 0
    await share.take(900, wait_seconds=0.1)
    return sum(waits)


async def test_where_little_comes_it_is_let_gather_before_the_next_take() -> None:
    assert await _waits_between(Client(20, 3)) > 0


async def test_nobody_waits_while_there_is_more_than_can_be_taken() -> None:
    assert await _waits_between(Client(10_000, 3)) == 0


async def test_nobody_waits_after_nothing_came() -> None:
    assert await _waits_between(Client(0, 0)) == 0


@given(lengths=st.lists(st.integers(0, 60), min_size=1, max_size=6), most=st.integers(1, 80))
async def test_order_holds_and_all_is_taken_in_the_end(lengths: list[int], most: int) -> None:
    client = Client(*lengths)
    share = FairShare(client, sleep=_at_once)
    taken: dict[TopicPartition, list[Any]] = {place: [] for place in client.waiting}
    while any(client.waiting.values()):
        found = await share.take(most, wait_seconds=0.1)
        assert 0 < sum(map(len, found.values())) <= most + len(lengths)
        for place, records in found.items():
            taken[place] += records

    assert [*taken.values()] == [list(range(length)) for length in lengths]
