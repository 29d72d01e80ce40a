"""Our Kafka topics, and how long each keeps its records."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from deploy.settings import PlatformSettings
from deploy.stack import Topic
from schemas import wire
from schemas.cities.registry import Registry
from schemas.language.profile_parts import duration

_PARTITIONS: Final = {"embedded": 4, "real": 12}
_SEGMENTS: Final = 7
_LONGEST_SEGMENT: Final = timedelta(days=1)


def topics(settings: PlatformSettings, registry: Registry) -> dict[str, Topic]:
    """Return the topics: records of all datasets lie in them, so the shortest of all rules holds.

    Kafka removes whole segments, some time after their last record is over; a segment is closed
    after a seventh of the time, a day at most. Time is Kafka's own, not a gateway's: it refuses
    records that are an hour ahead of it, and would keep a segment for as long as one is.
    """
    readings = min([timedelta(days=settings.readings_days), *_declared(registry, "observations")])
    letters = min(
        [timedelta(days=settings.dead_letters_days), *_declared(registry, "dead_letters")]
    )
    kept = {wire.READINGS: readings, wire.OBSERVATIONS: readings, wire.DEAD_LETTERS: letters}
    partitions = settings.partitions or _PARTITIONS[settings.services]
    return {
        name: Topic(partitions=partitions, settings=_settings(time)) for name, time in kept.items()
    }


def _declared(registry: Registry, what: str) -> Iterator[timedelta]:
    for context in registry.cities.values():
        for dataset in context.pack.city.datasets:
            declared = getattr(dataset.retention, what)
            if declared is not None:
                yield duration(declared)


def _settings(time: timedelta) -> dict[str, str]:
    segment = min(time / _SEGMENTS, _LONGEST_SEGMENT)
    return {
        "retention.ms": _milliseconds(time),
        "segment.ms": _milliseconds(segment),
        "message.timestamp.type": "LogAppendTime",
    }


def _milliseconds(time: timedelta) -> str:
    return str(int(time.total_seconds() * 1000))
