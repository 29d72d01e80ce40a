"""Each profile's speed is measured by its own examples."""

import pytest

from bench.interpreter import MARKS, Speed, markdown, speeds
from schemas.library import Library


def test_every_profile_with_an_observation_is_measured(library: Library) -> None:
    found = speeds(seconds=0.0001)

    with_examples = {
        profile.id
        for profile in library
        if any(example.observations for example in profile.definition.examples)
    }
    assert {one.profile for one in found} == with_examples
    assert all(one.observations_per_second > 0 < one.payload_bytes for one in found)


def test_fastest_profile_comes_first() -> None:
    slow, fast = (
        Speed(
            profile=name, decode="json", payload_bytes=10, observations=2, readings_per_second=rate
        )
        for name, rate in (("a/slow", 10), ("a/fast", 20_000))
    )

    lines = markdown([slow, fast]).splitlines()

    assert lines[2] == "| `a/fast` | json | 10 | 2.0 | 20,000 | 40,000 |"
    assert lines[3].startswith("| `a/slow`")


def test_table_goes_between_its_marks() -> None:
    assert MARKS.fill(f"a {MARKS.begin} old {MARKS.end} z", "new") == (
        f"a {MARKS.begin}\nnew\n{MARKS.end} z"
    )
    with pytest.raises(ValueError, match="marks"):
        MARKS.fill("without", "new")
