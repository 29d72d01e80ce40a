"""Figures of quality as remarks on the root of an event stream."""

from typing import Final

from api.data_quality.lines import quality_lines
from api.data_quality.measurements import measurements_of
from api.iris import Iris
from api.ldes.serving.index import StreamFacts
from api.ldes.serving.memory import ShortMemory
from api.ldes.serving.node_text import Remarks
from api.store import Store

_MOST: Final = 1000


class QualityRemarks:
    """Tells on its root how far the dataset that is an event stream can be relied on.

    Args:
        store: the database.
        iris: of the installation.
        refresh_seconds: age at which figures are read again.
    """

    def __init__(self, store: Store, iris: Iris, *, refresh_seconds: float) -> None:
        self._store = store
        self._iris = iris
        self._known: ShortMemory[int, Remarks] = ShortMemory(seconds=refresh_seconds, most=_MOST)

    async def __call__(self, stream: StreamFacts) -> Remarks:
        """Return what is known of a dataset; nothing on the streams of its sums."""
        if stream.kind != "observations":
            return Remarks()
        return await self._known.get(stream.dataset.dataset_id, lambda: self._read(stream))

    async def _read(self, stream: StreamFacts) -> Remarks:
        dataset = stream.dataset
        async with self._store.reading() as connection:
            found = await measurements_of(connection, [dataset.dataset_id])
        measured = found.get(dataset.dataset_id, ())
        lines = quality_lines(self._iris, dataset.city, dataset.theme, measured)
        return Remarks("".join(lines), max((one.time for one in measured), default=None))
