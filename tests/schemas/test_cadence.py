"""How often values are expected: the city's word, the datastream's, the profile's."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.cadence import declared_seconds
from schemas.cities.registry import CityContext, load_registry
from schemas.description import describe
from schemas.errors import Misconfigured
from schemas.wire import Observation
from tests.stream_processors.packs import write_pack

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
COUNT = Observation(
    thing="brug",
    profile="proef/teller",
    profile_version=1,
    datastream="car",
    phenomenon_start=NOON,
    result_time=NOON,
    result=3,
)


def context(
    directory: Path, *, thing: str = "", datastream: str = "", profile: str = ""
) -> CityContext:
    every = {"every": thing} if thing else {}
    known = {"profile": "proef/teller", "name": "brug", **every}
    pack = write_pack(directory, things=[known])
    file = pack / "profiles" / "proef" / "teller.yaml"
    written: dict[str, Any] = yaml.safe_load(file.read_text())
    if profile:
        written["every"] = profile
    if datastream:
        written["datastreams"]["car"]["every"] = datastream
    file.write_text(yaml.safe_dump(written))
    return load_registry([pack]).cities["stad-a"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"profile": "PT5M"}, 300),
        ({"profile": "PT5M", "datastream": "PT1M"}, 60),
        ({"profile": "PT5M", "datastream": "PT1M", "thing": "PT1H"}, 3600),
    ],
)
def test_nearest_word_counts_and_is_told_in_the_catalogue(
    tmp_path: Path, said: dict[str, str], expected: float | None
) -> None:
    city = context(tmp_path, **said)
    described = describe(city, thing_profile="proef/teller", observation=COUNT)

    seconds = declared_seconds(city, thing_profile="proef/teller", observation=COUNT)

    assert seconds == expected
    assert described.datastream.properties.get("everySeconds") == expected


def test_word_that_is_no_duration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no duration such as PT15M"):
        context(tmp_path, thing="5 minutes")
