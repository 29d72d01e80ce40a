"""The horizon: observations of a time that their dataset does not keep are not stored.

What retention has removed would come back by a redelivery or a replay, and be published again as
new. So what lies behind the horizon is withheld: counted, and nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from stream_processors.database import Connection
from stream_processors.statements import statement
from stream_processors.store.prepared import Prepared

_READ = statement(__package__, "read_horizons")
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


class Horizon:
    """Knows what the datasets keep, and which dataset a datastream belongs to."""

    def __init__(self) -> None:
        self._kept: dict[int, Kept] = {}
        self._datasets: dict[int, int] = {}

    async def read(self, connection: Connection) -> None:
        """Read what the datasets keep."""
        rows = await connection.fetch(_READ)
        self._kept = {row["dataset_id"]: Kept(row["kept"], row["kept_from"]) for row in rows}

    async def withhold(
        self, connection: Connection, part: Sequence[Prepared], *, now: datetime
    ) -> None:
        """Put aside what belongs to a time that is not kept, and take nothing back of it."""
        if not self._kept:
            return
        await self._learn(connection, part)
        begins = {number: kept.begin(now) for number, kept in self._kept.items()}
        for one in part:
            known = [
                self._keeps(key[0], key[1].phenomenon_start, begins) for key in one.observations
            ]
            pairs = list(zip(one.observations, known, strict=True))
            one.observations = [found for found, keeps in pairs if keeps]
            one.withheld += [found for found, keeps in pairs if not keeps]
            one.withdrawals = [key for key in one.withdrawals if self._keeps(*key, begins)]

    async def _learn(self, connection: Connection, part: Iterable[Prepared]) -> None:
        found = {key[0] for one in part for key in (*one.observations, *one.withdrawals)}
        unknown = found - self._datasets.keys()
        if unknown:
            rows = await connection.fetch(_DATASET_OF, list(unknown))
            self._datasets.update((row["datastream_id"], row["dataset_id"]) for row in rows)

    def _keeps(self, datastream: int, start: datetime, begins: dict[int, datetime | None]) -> bool:
        begin = begins.get(self._datasets.get(datastream, 0))
        return begin is None or start >= begin


def _whole_quarter(time: datetime) -> datetime:
    return time - (time - _EPOCH) % _QUARTER
