"""How much of an interval was really measured, where a payload tells it."""

from typing import Any

import msgspec
import pytest

from tests.schemas.conftest import MakeProfile
from tests.schemas.recordings import read

WHOLE = "phenomenon_time: received\ncoverage: {path: up, full: 100}"
OWN = """
temperature: {observed_property: air-temperature, path: t, unit: Cel}
humidity:
  {observed_property: relative-humidity, at: sub, path: h, unit: "%", coverage: {path: up}}
"""


@pytest.mark.parametrize(
    ("told", "flagged"),
    [
        *[({"up": 49}, True), ({"up": 50}, False), ({"up": 101}, False), ({"up": -1}, True)],
        *[({}, False), ({"up": None}, False), ({"up": "much"}, False), ({"up": True}, False)],
    ],
)
def test_less_than_half_of_the_interval_is_flagged(
    make_profile: MakeProfile, told: dict[str, Any], flagged: bool
) -> None:
    [found] = read(make_profile(WHOLE), msgspec.json.encode({"t": 4} | told)).observations

    assert ("coverage.low" in found.quality) is flagged
    assert found.result == 4


def test_datastream_has_its_own_word_below_its_own_object(make_profile: MakeProfile) -> None:
    payload = msgspec.json.encode({"t": 4, "up": 80, "sub": {"h": 50, "up": 0.1}})
    found = read(make_profile(WHOLE, OWN), payload).observations

    assert ["coverage.low" in one.quality for one in found] == [False, True]


def test_share_in_a_text_is_read_where_all_values_are_texts(make_profile: MakeProfile) -> None:
    top = 'decode: csv\ncsv: {header: ["t;up"], delimiter: ";"}\n' + WHOLE
    profile = make_profile(top + '\ndecimal: ","')
    [low] = read(profile, b"4;12,5").observations
    [high] = read(profile, b"4;87,5").observations

    assert "coverage.low" in low.quality
    assert "coverage.low" not in high.quality
