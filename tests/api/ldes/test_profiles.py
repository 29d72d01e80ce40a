"""What every profile gives becomes members that satisfy their shape."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from api.ldes.geometry import well_known_text
from api.ldes.member import Members, Version
from api.ldes.series import Feature, Series
from deploy.installation import EXAMPLES
from schemas import errors
from schemas.description import describe
from schemas.publication import PublishedObservation
from schemas.registry import CityContext, load_registry
from schemas.self_check import example_payload, interpret
from schemas.wire import Observation
from tests.api.ldes.graphs import ALWAYS, IRIS, STREAM, graph
from tests.shapes import complaints

PROFILES = Path(errors.__file__).parent / "profiles"
IDS = sorted(str(file.relative_to(PROFILES).with_suffix("")) for file in PROFILES.glob("*/*.yaml"))
PUBLISHED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@cache
def city() -> CityContext:
    return load_registry([EXAMPLES / "leiedonk"]).cities["leiedonk"]


def observations(profile_id: str) -> Iterator[Observation]:
    """Yield what a profile's own examples become."""
    profile = city().library.profile(profile_id)
    for example in profile.definition.examples:
        name = example.topic.rsplit("/", 1)[-1]
        yield from interpret(
            profile,
            example_payload(example),
            thing=name,
            received_time=example.received_time,
            zone=example.zone,
        ).result.observations


def member(profile_id: str, one: Observation, sequence: int) -> str:
    """Return an observation as it would be published."""
    described = describe(city(), thing_profile=profile_id, observation=one)
    place = described.feature_of_interest.feature["geometry"]
    feature = Feature(1, ALWAYS, well_known_text(place))
    series = Series(
        datastream_id=1,
        dataset_id=1,
        city="leiedonk",
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
    flags = city().vocabulary.quality_flags
    severities = {code: flag.severity for code, flag in flags.items()}
    published = PublishedObservation(
        sequence=sequence,
        published_time=PUBLISHED + timedelta(milliseconds=sequence),
        datastream_id=1,
        phenomenon_start=one.phenomenon_start,
        phenomenon_end=one.phenomenon_end,
        result_time=one.result_time,
        result=one.result,
        quality=one.quality,
    )
    return Members(IRIS, series, feature, severities).write(STREAM, Version(published))


@pytest.mark.parametrize("profile_id", IDS)
def test_examples_of_a_profile_become_members_that_satisfy_their_shape(profile_id: str) -> None:
    found = list(observations(profile_id))
    lines = [member(profile_id, one, sequence) for sequence, one in enumerate(found, 1)]

    assert complaints(graph("".join(lines)), "observation") == ""


def test_most_profiles_have_something_to_say() -> None:
    silent = [profile_id for profile_id in IDS if not list(observations(profile_id))]

    assert len(silent) < len(IDS) / 4, silent
