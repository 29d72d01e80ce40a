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
| rule that raises a quality flag | `{base}/id/quality-flag/{code}` |
| event stream, which is the dataset | `{base}/ldes/{city}/{theme}#stream` |
| root node of the stream | `{base}/ldes/{city}/{theme}` |
| SHACL shape | `{base}/shapes/{name}` |
"""

from dataclasses import dataclass
from datetime import datetime

from api.identifiers import observation_id


@dataclass(frozen=True)
class Iris:
    """The IRIs of an installation.

    Attributes:
        base: public address of the installation, without a slash at its end.
    """

    base: str

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

    def quality_flag(self, code: str) -> str:
        """Return the IRI of the rule that raises a flag."""
        return f"{self.base}/id/quality-flag/{code}"

    def root(self, city: str, theme: str) -> str:
        """Return the address of the root node of a dataset's event stream."""
        return f"{self.base}/ldes/{city}/{theme}"

    def stream(self, city: str, theme: str) -> str:
        """Return the IRI of a dataset, which is an event stream."""
        return f"{self.root(city, theme)}#stream"

    def shape(self, name: str) -> str:
        """Return the address of a SHACL shape."""
        return f"{self.base}/shapes/{name}"
