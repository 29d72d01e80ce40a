"""Addresses that identify what we publish: fixed before the first page, and never given twice.

| what | IRI |
|---|---|
| thing | `{base}/id/thing/{thing_id}` |
| sensor, as it hangs on its thing | `{base}/id/thing/{thing_id}/sensor/{sensor_id}` |
| its model (a SensorThings Sensor) | `{base}/id/sensor/{sensor_id}` |
| datastream | `{base}/id/datastream/{datastream_id}` |
| feature of interest | `{base}/id/feature-of-interest/{feature_of_interest_id}` |
| observed property | `{base}/id/observed-property/{observed_property_id}` |
| observation, whatever it is corrected to | `{base}/id/observation/{@iot.id}` |
| one version of it | `{base}/id/observation/{@iot.id}/{sequence}` |
| hour or day of a datastream, summed up | `{base}/id/summary/{datastream_id}_{period}_{start}` |
| one version of it | `{base}/id/summary/{datastream_id}_{period}_{start}/{sequence}` |
| what of it is told, such as the mean | `{base}/id/statistic/{name}` |
| rule that raises a quality flag | `{base}/id/quality-flag/{code}` |
| theme | `{base}/id/theme/{slug}` |
| figure of a dataset's quality | `{base}/id/quality-metric/{slug}` |
| version of one of these, since it changed | `…/version/{position}` |
| event stream, which is the dataset | `{base}/ldes/{city}/{theme}#stream` |
| root node of the stream | `{base}/ldes/{city}/{theme}` |
| inner node, page | `{base}/ldes/{city}/{theme}/2026-01-05`, `…/page/{number}` |
| stream of hourly or daily sums | `{base}/ldes/{city}/{theme}/hourly#stream`, `…/daily#stream` |
| stream of changes of a city's entities | `{base}/feeds/{city}#stream` |
| …of what cities share, of the catalogue | `{base}/feeds/vocabulary`, `{base}/feeds/catalogue` |
| SHACL shape | `{base}/shapes/{name}` |
| catalogue of all cities | `{base}/catalogue#catalogue` |
| catalogue of a city, and what it alone describes | `{base}/catalogue/{city}#{name}` |
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from api.identifiers import observation_id

Kind: TypeAlias = Literal["observations", "hourly", "daily"]
"""What a stream publishes of a dataset: observations, or their sums."""

Period: TypeAlias = Literal["hour", "day"]


@dataclass(frozen=True)
class Iris:
    """The IRIs of an installation.

    Attributes:
        base: public address of the installation, without a slash at its end.
        mqtt: where everybody reads by MQTT, such as mqtt://city.example:1883; empty: nowhere.
    """

    base: str
    mqtt: str = ""

    @property
    def socket(self) -> str:
        """Public address of the installation for WebSockets."""
        return self.base.replace("http", "ws", 1)

    def thing(self, thing_id: int) -> str:
        """Return the IRI of a thing, a SOSA platform."""
        return f"{self.base}/id/thing/{thing_id}"

    def sensor(self, thing_id: int, sensor_id: int) -> str:
        """Return the IRI of the sensor that a thing carries: the device, not its model."""
        return f"{self.base}/id/thing/{thing_id}/sensor/{sensor_id}"

    def sensor_model(self, sensor_id: int) -> str:
        """Return the IRI of an instrument's model, the procedure of its observations."""
        return f"{self.base}/id/sensor/{sensor_id}"

    def datastream(self, datastream_id: int) -> str:
        """Return the IRI of a datastream."""
        return f"{self.base}/id/datastream/{datastream_id}"

    def feature_of_interest(self, feature_of_interest_id: int) -> str:
        """Return the IRI of what observations are about."""
        return f"{self.base}/id/feature-of-interest/{feature_of_interest_id}"

    def observed_property(self, observed_property_id: int) -> str:
        """Return the IRI of an observed property."""
        return f"{self.base}/id/observed-property/{observed_property_id}"

    def observation(self, datastream_id: int, phenomenon_start: datetime) -> str:
        """Return the IRI of an observation, of which members are versions."""
        return f"{self.base}/id/observation/{observation_id(datastream_id, phenomenon_start)}"

    def observation_version(
        self, datastream_id: int, phenomenon_start: datetime, sequence: int
    ) -> str:
        """Return the IRI of a version of an observation: a member of an event stream."""
        return f"{self.observation(datastream_id, phenomenon_start)}/{sequence}"

    def summary(self, datastream_id: int, period: Period, start: datetime) -> str:
        """Return the IRI of the sums of an hour or a day, of which members are versions."""
        identifier = observation_id(datastream_id, start).replace("_", f"_{period}_")
        return f"{self.base}/id/summary/{identifier}"

    def statistic(self, name: str) -> str:
        """Return the IRI of one of the things that a summary tells, such as `mean`."""
        return f"{self.base}/id/statistic/{name}"

    def quality_flag(self, code: str) -> str:
        """Return the IRI of the rule that raises a flag."""
        return f"{self.base}/id/quality-flag/{code}"

    def quality_metric(self, slug: str) -> str:
        """Return the IRI of a figure that tells of a dataset's quality."""
        return f"{self.base}/id/quality-metric/{slug}"

    def theme(self, slug: str) -> str:
        """Return the IRI of a theme."""
        return f"{self.base}/id/theme/{slug}"

    def root(self, city: str, theme: str, kind: Kind = "observations") -> str:
        """Return the address of the root node of an event stream of a dataset."""
        root = f"{self.base}/ldes/{city}/{theme}"
        return root if kind == "observations" else f"{root}/{kind}"

    def stream(self, city: str, theme: str, kind: Kind = "observations") -> str:
        """Return the IRI of an event stream; that of its observations is the dataset."""
        return f"{self.root(city, theme, kind)}#stream"

    def catalogue(self, city: str | None = None) -> str:
        """Return the address of the catalogue of a city, or of all of them."""
        return f"{self.base}/catalogue/{city}" if city else f"{self.base}/catalogue"

    def in_catalogue(self, city: str | None, name: str) -> str:
        """Return the IRI of something that is described in a catalogue alone."""
        return f"{self.catalogue(city)}#{name}"

    def version(self, subject: str, position: int) -> str:
        """Return the IRI of a version of an entity, by the entity's address below the base."""
        return f"{self.base}/{subject}/version/{position}"

    def feed(self, name: str) -> str:
        """Return the address of the root node of a stream of changes."""
        return f"{self.base}/feeds/{name}"

    def shape(self, name: str) -> str:
        """Return the address of a SHACL shape."""
        return f"{self.base}/shapes/{name}"
