"""What is known of datastreams and datasets, in memory, so that no member asks the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, TypeAlias

from api.iris import Iris, Kind
from api.ldes.member import Members, Version
from api.ldes.series import AnyConnection, Feature, Series, series_of
from api.ldes.summary import SummaryMembers

Writer: TypeAlias = Members | SummaryMembers

_DATASETS: Final = (files("api.ldes") / "datasets.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A dataset, as its pages tell of it.

    Attributes:
        licence: IRI, empty where none is declared.
        open: whether it is for everybody.
    """

    dataset_id: int
    city: str
    theme: str
    licence: str
    open: bool

    def takes(self, series: Series) -> bool:
        """Tell whether a datastream's observations belong into the dataset's stream.

        In a dataset for everybody, what is restricted is left out; in a restricted one nothing is.
        """
        return series.open or not self.open


async def datasets_of(connection: AnyConnection) -> list[Dataset]:
    """Return all datasets, in the order of their ids."""
    return [Dataset(**row) for row in await connection.fetch(_DATASETS)]


class Directory:
    """Datasets and datastreams, as old as their last refresh, and what writes their members.

    Args:
        iris: of the installation.
        severities: of the quality flags, by code.
    """

    def __init__(self, iris: Iris, severities: Mapping[str, str]) -> None:
        self._iris = iris
        self._severities = severities
        self._datasets: dict[int, Dataset] = {}
        self._series: dict[int, Series] = {}
        self._writers: dict[int, tuple[Series, dict[tuple[int, Kind], Writer]]] = {}

    def dataset(self, dataset_id: int) -> Dataset:
        """Return a dataset.

        Raises:
            KeyError: it is not known.
        """
        return self._datasets[dataset_id]

    def series(self, datastream_id: int) -> Series | None:
        """Return a datastream, `None` when it is not known."""
        return self._series.get(datastream_id)

    async def refresh(self, connection: AnyConnection) -> None:
        """Read everything again: access, licences, places and units may have changed."""
        self._datasets = {one.dataset_id: one for one in await datasets_of(connection)}
        known = self._series
        found = {one.datastream_id: one for one in await series_of(connection)}
        # What did not change stays the same object, so that its writers need not be compared.
        self._series = {
            number: known[number] if known.get(number) == one else one
            for number, one in found.items()
        }

    async def learn(self, connection: AnyConnection, datastreams: Iterable[int]) -> None:
        """Read everything again if one of these is not known yet."""
        if not self._series.keys() >= set(datastreams):
            await self.refresh(connection)

    def takes(self, datastream_id: int) -> Dataset | None:
        """Return the dataset in whose stream a datastream's observations are, if in any."""
        series = self._series.get(datastream_id)
        if series is None:
            return None
        dataset = self._datasets[series.dataset_id]
        return dataset if dataset.takes(series) else None

    def write(self, stream: str, version: Version, kind: Kind = "observations") -> str:
        """Return the lines of a member of a known datastream.

        Args:
            stream: the event stream, as an N-Triples IRI.
            version: what is published.
            kind: of the stream.
        """
        series = self._series[version.observation.datastream_id]
        feature = series.feature_at(version.observation.phenomenon_start)
        return self._writer(series, feature, kind).write(stream, version)

    def _writer(self, series: Series, feature: Feature | None, kind: Kind) -> Writer:
        prepared_for, writers = self._writers.get(series.datastream_id, (None, {}))
        if prepared_for is not series:
            writers = {}
            self._writers[series.datastream_id] = (series, writers)
        key = (feature.feature_of_interest_id if feature else 0, kind)
        if key not in writers:
            writers[key] = self._prepared(series, feature, kind)
        return writers[key]

    def _prepared(self, series: Series, feature: Feature | None, kind: Kind) -> Writer:
        if kind == "observations":
            return Members(self._iris, series, feature, self._severities)
        return SummaryMembers(self._iris, series, feature, kind)
