"""The name under which a reading is known at every station, and what is told of those followed.

Nothing travels for it: the name is made of what a reading has with it anyway, so that it costs
nothing where nobody asks, and old records have one too.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, Literal, NamedTuple, TypeAlias

from schemas.journal import Facts, facts

Station: TypeAlias = Literal["ingest", "normalise", "store", "dead-letters"]

COMES_FROM: Final[dict[Station, Station]] = {
    "normalise": "ingest",
    "store": "normalise",
    "dead-letters": "normalise",
}
"""The station before each; the first has none."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAME: Final = re.compile(r"[0-9a-f]{32}")
_HALF_DIGITS: Final = 16
_HALF: Final = 1 << 64

log = logging.getLogger(__name__)


def reading_id(city: str, source: str, received_time: datetime) -> str:
    """Return the name of a reading: 32 hexadecimal digits, which are a W3C trace id too.

    The first half is the time of receipt in microseconds, so that names sort by time and the
    reading can be found by its name; the second half is a hash. A gateway gives no time of
    receipt twice. A replayed or redelivered record of Kafka has the name that it had.
    """
    since = received_time - _EPOCH
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    named = b"%d %b/%b" % (microseconds, city.encode(), source.encode(errors="replace"))
    return f"{microseconds:016x}{blake2b(named, digest_size=8).hexdigest()}"


def received_time_of(name: str) -> datetime:
    """Return when the reading of a name was received.

    Raises:
        ValueError: it is no name of a reading.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is not the name of a reading: 32 hexadecimal digits")
    try:
        return _EPOCH + timedelta(microseconds=int(name[:_HALF_DIGITS], 16))
    except OverflowError:
        raise ValueError(f"{name!r} names a time that no reading can have") from None


class Stop(NamedTuple):
    """What a station did with a reading.

    Attributes:
        station: which.
        reading: the reading's name.
        began: when, in nanoseconds since 1970.
        ended: likewise.
        facts: what came of it.
    """

    station: Station
    reading: str
    began: int
    ended: int
    facts: Facts


Tell: TypeAlias = Callable[[Stop], None]


def write(stop: Stop) -> None:
    """Write a stop into the log."""
    milliseconds = round((stop.ended - stop.began) / 1e6, 3)
    told = facts(reading=stop.reading, milliseconds=milliseconds, **stop.facts)
    log.info(stop.station, extra=told)


@dataclass(frozen=True)
class Journey:
    """Follows a share of all readings: the same ones at every station, as their names decide.

    Attributes:
        share: of all readings, 0 to 1. A station asks nothing else where it is 0.
        tells: each is told every stop of the readings that are followed; must not block or raise.
    """

    share: float = 0.0
    tells: tuple[Tell, ...] = (write,)

    def followed(self, city: str, source: str, received_time: datetime) -> str:
        """Return the name of a reading that is followed, else nothing."""
        name = reading_id(city, source, received_time)
        return name if int(name[_HALF_DIGITS:], 16) < self.share * _HALF else ""

    def stop(self, station: Station, reading: str, began: int, **told: object) -> None:
        """Tell that a station is done with a reading, now."""
        stop = Stop(station, reading, began, time.time_ns(), told)
        for tell in self.tells:
            tell(stop)


UNFOLLOWED: Final = Journey()
"""Follows none."""
