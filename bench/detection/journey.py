"""The way of a message through interpreter and rules, as normalise and store take it."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from bench.detection.memory import Memory, Series
from schemas.cities.registry import Registry
from schemas.vocabulary import Vocabulary
from schemas.wire import NormalisedReading, Observation, Reading
from simulators.faults import Message
from stream_processors.comparison.comparer import Comparer
from stream_processors.comparison.rulebook import Rulebook
from stream_processors.steps.deduplicate import RedeliveryPolicy, RedeliveryState, deduplicate
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from stream_processors.steps.qualify import qualify


class Result(NamedTuple):
    """What became of a message: its reading, and the observations that are news."""

    message: Message
    reading: NormalisedReading
    observations: list[tuple[Series, Observation]]


async def results(messages: Iterable[Message], registry: Registry) -> AsyncIterator[Result]:
    """Yield what becomes of messages, in their order; nothing is remembered from before.

    Args:
        messages: each is received when it is due.
        registry: the cities.
    """
    flags = Vocabulary.load().quality_flags.values()
    errors = [flag.code for flag in flags if flag.severity == "error"]
    doubts = [flag.code for flag in flags if flag.severity != "info"]
    memory, now = Memory(registry, barring=errors, doubting=doubts), 0.0
    comparer = Comparer(Rulebook(registry), memory, barring=errors, clock=lambda: now)
    state = RedeliveryState()
    stored: set[tuple[int, datetime]] = set()
    for place, message in enumerate(messages):
        now = message.due
        arrival = Arrival(partition=0, offset=place, reading=_reading(message))
        passages = qualify(normalise([arrival], registry=registry), registry=registry)
        passages, state = deduplicate(passages, state, policy=RedeliveryPolicy())
        reading = passages[0].result
        memory.learn_places(reading)
        given = [(memory.number(reading, one), one) for one in reading.observations]
        await comparer.compare([(reading, given)])
        news = [(n, one) for n, one in given if (n, one.phenomenon_start) not in stored]
        stored.update((number, one.phenomenon_start) for number, one in news)
        for number, one in news:
            memory.store(number, one)
        yield Result(message, reading, [(memory.series(number), one) for number, one in news])


def _reading(message: Message) -> Reading:
    return Reading(
        city=message.device.city,
        source=message.device.topic,
        received_time=datetime.fromtimestamp(message.due, UTC),
        payload=message.payload,
    )
