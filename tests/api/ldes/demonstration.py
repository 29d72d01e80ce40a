"""What the demonstration measures, as members of event streams, without services."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from api.ldes.geometry import well_known_text
from api.ldes.member import Members, Version
from api.ldes.series import Feature, Series
from deploy.installation import EXAMPLES
from schemas.cities.registry import CityContext, Registry, load_registry
from schemas.description import describe
from schemas.publication import PublishedObservation
from schemas.wire import Observation, Reading
from simulators.city import devices_of
from simulators.scenario import load_scenario
from simulators.schedule import schedule
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from tests.api.ldes.graphs import ALWAYS, IRIS, STREAM

MORNING = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A member, and what tells whether another is written in the same way."""

    text: str
    kind: tuple[object, ...]


class Writers:
    """Writes observations of cities as members."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._writers: dict[tuple[str, ...], Members] = {}
        self._sequence = 0

    def write(self, city: str, thing_profile: str, one: Observation) -> Made:
        """Return an observation as it would be published."""
        self._sequence += 1
        key = (city, thing_profile, one.thing, one.profile, one.datastream)
        if key not in self._writers:
            self._writers[key] = _writer(self._registry.cities[city], thing_profile, one)
        published = PublishedObservation(
            sequence=self._sequence,
            published_time=MORNING + timedelta(milliseconds=self._sequence),
            datastream_id=1,
            phenomenon_start=one.phenomenon_start,
            phenomenon_end=one.phenomenon_end,
            result_time=one.result_time,
            result=one.result,
            quality=one.quality,
        )
        text = self._writers[key].write(STREAM, Version(published))
        interval = one.phenomenon_end is not None
        return Made(text, (key, interval, type(one.result), one.quality))


def members_of(length: timedelta) -> Iterator[Made]:
    """Yield what some time of the demonstration, faults included, becomes."""
    registry = load_registry([EXAMPLES / "leiedonk", EXAMPLES / "vlierhove"])
    scenario, writers = load_scenario("demo"), Writers(registry)
    start = MORNING.timestamp()
    said = schedule(
        devices_of(scenario, seed=1, start=start), start, faults=scenario.faults, seed=1
    )
    for message in takewhile(lambda one: one.due < (MORNING + length).timestamp(), said):
        reading = Reading(
            city=message.device.city,
            source=message.device.topic,
            received_time=datetime.fromtimestamp(message.due, UTC),
            payload=message.payload,
        )
        [passage] = normalise([Arrival(partition=0, offset=0, reading=reading)], registry=registry)
        for one in passage.result.observations:
            yield writers.write(reading.city, passage.result.profile, one)


def _writer(context: CityContext, thing_profile: str, one: Observation) -> Members:
    described = describe(context, thing_profile=thing_profile, observation=one)
    place = well_known_text(described.feature_of_interest.feature["geometry"])
    feature = Feature(1, ALWAYS, place)
    series = Series(
        datastream_id=1,
        dataset_id=1,
        city=context.pack.slug,
        theme=described.dataset.theme,
        thing_id=1,
        sensor_id=1,
        observed_property_id=1,
        definition=described.observed_property.definition,
        qualifiers=described.observed_property.properties["qualifiers"],
        unit=described.datastream.unit_of_measurement["definition"],
        observation_type=described.datastream.observation_type,
        open=True,
        features=(feature,),
    )
    flags = context.vocabulary.quality_flags
    severities: Mapping[str, str] = {code: flag.severity for code, flag in flags.items()}
    return Members(IRIS, series, feature, severities)
