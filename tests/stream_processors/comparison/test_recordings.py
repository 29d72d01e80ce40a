"""Real recordings: rules are seldom raised by what works, and always by what does not."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec
import pytest

from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.library import Library
from schemas.vocabulary import Vocabulary
from schemas.wire import Observation
from stream_processors.comparison.past import PastRules, begin, judge, past_rules
from tests.schemas.recordings import DATA, lines_of, needs_recordings, read

pytestmark = needs_recordings

Series: TypeAlias = dict[tuple[str, str], list[Observation]]

SDS011 = "sensor-community/archive_sds011_aberdeen_2019-03_2019-04.csv.gz"
BICYCLES = "gent-bicycle-counter/fietstelpaal_coupure_links_2022.csv.gz"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="module")
def library(vocabulary: Vocabulary) -> Library:
    return Library.load(vocabulary=vocabulary)


def series_of(profile: CompiledProfile, payloads: Iterable[bytes]) -> Series:
    found: Series = defaultdict(list)
    for payload in payloads:
        for one in read(profile, payload).observations:
            found[one.thing, one.datastream].append(one)
    return found


def judged(
    profile: CompiledProfile, vocabulary: Vocabulary, series: Series
) -> dict[str, Counter[str]]:
    """Return how often each flag is raised in a datastream, and how many values it has."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, name), values in series.items():
        entry = profile.datastream(name).observed_property
        end, start = values[0].phenomenon_end, values[0].phenomenon_start
        every = (end - start).total_seconds() if end else None
        rules = past_rules(vocabulary.rules_of(entry), every) or PastRules()
        for flags in flags_of(values, rules):
            counts[name].update(flags)
            counts[name]["values"] += 1
    return counts


def flags_of(values: list[Observation], rules: PastRules) -> Iterator[tuple[str, ...]]:
    ordered = sorted(values, key=lambda one: one.phenomenon_start)
    past = begin(ordered[0].phenomenon_start, float(str(ordered[0].result)))
    yield ()
    for one in ordered[1:]:
        flags, past = judge(past, rules, one.phenomenon_start, float(str(one.result)))
        yield (*flags, *(flag for flag in one.quality if flag == "coverage.low"))


def telraam(path: str) -> list[bytes]:
    return [json.dumps(one).encode() for one in json.loads((DATA / path).read_text())["data"]]


def doubtful(counts: Counter[str]) -> float:
    """Return the share of values with a flag that is a warning."""
    return sum(counts[flag] for flag in ("rate.steep", "flat.line")) / counts["values"]


@pytest.mark.parametrize(
    ("profile", "path", "rows"),
    [
        ("sensor-community/archive-sds011", SDS011, 40_000),
        ("gent/bicycle-counter", BICYCLES, 20_000),
    ],
)
def test_working_sensors_are_seldom_doubted(
    library: Library, vocabulary: Vocabulary, profile: str, path: str, rows: int
) -> None:
    used = library.profile(profile)
    payloads = (line.encode() for line in lines_of(path)[1 : rows + 1])
    found = judged(used, vocabulary, series_of(used, payloads))

    assert sum(counts["values"] for counts in found.values()) > rows
    assert all(doubtful(counts) <= 0.001 for counts in found.values()), found


def test_counter_that_counts_is_not_doubted(library: Library, vocabulary: Vocabulary) -> None:
    used = library.profile("telraam/v2")
    series = series_of(used, telraam("telraam/hourly/device_9000008322_2026-03.json"))
    found = judged(used, vocabulary, series)

    assert all(doubtful(counts) == 0 for counts in found.values()), found
    assert found["car"]["gap.before"] > 20  # it sees nothing at night
    assert 0 < found["car"]["coverage.low"] / found["car"]["values"] < 0.25


def test_camera_that_went_blind_is_doubted(library: Library, vocabulary: Vocabulary) -> None:
    """It says that it is up, and counts no car for a month."""
    used = library.profile("telraam/v2")
    series = series_of(used, telraam("telraam/hourly/device_9000010417_2026-05.json"))
    found = judged(used, vocabulary, series)

    assert doubtful(found["car"]) > 0.85
    assert all(doubtful(counts) == 0 for name, counts in found.items() if name != "car"), found


def test_sensor_that_is_stuck_from_noon_on_is_doubted_by_the_evening(
    library: Library, vocabulary: Vocabulary
) -> None:
    used = library.profile("sensor-community/archive-sds011")
    lines = lines_of("sensor-community/day_files/2019-04-01_sds011_sensor_5331.csv")[1:]
    values = series_of(used, [line.encode() for line in lines])["sensor-5331", "pm10"]
    noon = len(values) // 2
    stuck = values[:noon] + [_with_result(one, values[noon].result) for one in values[noon:]]
    rules = past_rules(vocabulary.rules_of(used.datastream("pm10").observed_property), None)
    assert rules is not None

    flags = list(flags_of(stuck, rules))

    assert not any("flat.line" in one for one in flags_of(values, rules))
    assert not any("flat.line" in one for one in flags[:noon])
    assert flags[-1] == ("flat.line",)


def _with_result(one: Observation, result: object) -> Observation:
    return msgspec.structs.replace(one, result=result)
