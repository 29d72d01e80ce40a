"""What was measured of a dataset's quality, and what each figure means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

from api.ldes.series import AnyConnection
from schemas.cities.declaration import Text
from schemas.vocabulary_entries import QUDT_UNITS
from schemas.vocabulary_entries import Text as FourLanguages
from schemas.yaml_source import read_model, read_yaml

_FOLDER: Final = files("api.data_quality")
_MEASUREMENTS: Final = (_FOLDER / "measurements.sql").read_text(encoding="utf-8")


class Metric(BaseModel):
    """A figure of quality.

    Attributes:
        dimension: IRI of what it is a figure of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    dimension: str
    unit: str
    label: FourLanguages
    definition: FourLanguages

    @property
    def unit_iri(self) -> str:
        """IRI of the unit of its values."""
        return QUDT_UNITS + self.unit

    @property
    def words(self) -> Text:
        """What it is called."""
        return Text(nl=self.label.nl, en=self.label.en)


class _Metrics(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Measurement:
    """A figure of a dataset.

    Attributes:
        time: when it was computed, to five minutes.
    """

    metric: Metric
    value: float
    time: datetime


@cache
def metrics() -> Mapping[str, Metric]:
    """Return the metrics by their slugs."""
    file = read_yaml(_FOLDER / "metrics.yaml")
    return {one.slug: one for one in read_model(file, _Metrics).metrics}


async def measurements_of(
    connection: AnyConnection, datasets: Sequence[int] | None = None
) -> Mapping[int, Sequence[Measurement]]:
    """Return the figures of datasets that everybody may read, `None` for all of them.

    What is not known of a dataset is not among its figures.
    """
    rows = await connection.fetch(_MEASUREMENTS, datasets)
    return {row["dataset_id"]: list(_measured(dict(row))) for row in rows}


def _measured(row: Mapping[str, object]) -> Iterator[Measurement]:
    time = row["computed_at"]
    for slug, metric in metrics().items():
        value = row[slug.replace("-", "_")]
        if isinstance(value, float) and isinstance(time, datetime):
            yield Measurement(metric, value, time)
