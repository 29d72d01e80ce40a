"""The horizon: what must not be stored, as its time is over or as it was erased.

What has gone would come back by a redelivery or a replay, and be published again as new. So it is
withheld: counted, and nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from stream_processors.database import Connection
from stream_processors.statements import statement
from stream_processors.store.prepared import Prepared

Begins: TypeAlias = dict[int, datetime | None]

_READ = statement(__package__, "read_horizons")
_ERASURES = statement(__package__, "read_erasures")
_DATASET_OF = statement(__package__, "read_dataset_of")
_QUARTER: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Kept(NamedTuple):
    """What a dataset keeps.

    Attributes:
        time: how long, `None` for ever.
        since: what lies before was removed already, `None` when nothing was.
    """

    time: timedelta | None
    since: datetime | None

    def begin(self, now: datetime) -> datetime | None:
        """Return from when on observations are kept; `None`: all are.

        On a whole quarter of an hour, of which aggregates are made: half of one must not go.
        """
        moving = None if self.time is None else _whole_quarter(now - self.time)
        return max((one for one in (moving, self.since) if one is not None), default=None)


class Erased(NamedTuple):
    """A stretch of time that was erased; `datastream_id` is `None` for all of a thing."""

    erasure_id: int
    thing_id: int
    datastream_id: int | None
    begin: datetime
    end: datetime

    def bars(self, datastream: int, start: datetime, end: datetime | None) -> bool:
        """Tell whether an observation of the thing lies in the stretch, in part at least."""
        ours = self.datastream_id in (None, datastream)
        return ours and start < self.end and (start >= self.begin or (end or start) > self.begin)


class Horizon:
    """Knows what the datasets keep and what was erased, and whose datastreams are.

    Attributes:
        last_erasure: the last one that it knows of.
    """

    def __init__(self) -> None:
        self.last_erasure = 0
        self._kept: dict[int, Kept] = {}
        self._erased: dict[int, list[Erased]] = {}
        self._owners: dict[int, tuple[int, int]] = {}

    async def read(self, connection: Connection) -> None:
        """Read what the datasets keep, and what was erased."""
        erasures = [Erased(*row) for row in await connection.fetch(_ERASURES)]
        rows = await connection.fetch(_READ)
        self._kept = {row["dataset_id"]: Kept(row["kept"], row["kept_from"]) for row in rows}
        self._erased = {}
        for one in erasures:
            self._erased.setdefault(one.thing_id, []).append(one)
        self.last_erasure = max((one.erasure_id for one in erasures), default=0)

    async def withhold(
        self, connection: Connection, part: Sequence[Prepared], *, now: datetime
    ) -> None:
        """Put aside what must not be stored, and take nothing back of what has gone."""
        if not self._kept and not self._erased:
            return
        await self._learn(connection, part)
        begins = {number: kept.begin(now) for number, kept in self._kept.items()}
        for one in part:
            known = [
                self._keeps(series, found.phenomenon_start, found.phenomenon_end, begins)
                for series, found in one.observations
            ]
            pairs = list(zip(one.observations, known, strict=True))
            one.observations = [found for found, keeps in pairs if keeps]
            one.withheld += [found for found, keeps in pairs if not keeps]
            one.withdrawals = [key for key in one.withdrawals if self._keeps(*key, None, begins)]

    async def _learn(self, connection: Connection, part: Iterable[Prepared]) -> None:
        found = {key[0] for one in part for key in (*one.observations, *one.withdrawals)}
        unknown = found - self._owners.keys()
        if unknown:
            rows = await connection.fetch(_DATASET_OF, list(unknown))
            self._owners.update((row[0], (row[1], row[2])) for row in rows)

    def _keeps(
        self, datastream: int, start: datetime, end: datetime | None, begins: Begins
    ) -> bool:
        dataset, thing = self._owners.get(datastream, (0, 0))
        begin = begins.get(dataset)
        if begin is not None and start < begin:
            return False
        return not any(one.bars(datastream, start, end) for one in self._erased.get(thing, ()))


def _whole_quarter(time: datetime) -> datetime:
    return time - (time - _EPOCH) % _QUARTER
