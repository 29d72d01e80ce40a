"""Scenarios: what comes along is right, and what is wrong is told."""

import re
from pathlib import Path

import pytest

from schemas.city_pack import load_city_pack
from schemas.errors import Misconfigured
from simulators.city import devices_of
from simulators.scenario import EXAMPLES, load_scenario
from simulators.settings import SimulatorSettings

PACKS = Path(__file__).parents[2] / "deploy" / "cities"


@pytest.mark.parametrize("name", sorted(file.stem for file in EXAMPLES.glob("*.yaml")))
def test_scenarios_that_come_along_are_read(name: str) -> None:
    assert set(load_scenario(name).slugs) == {"leiedonk", "vlierhove"}


def test_the_demo_publishes_for_exactly_the_things_that_the_packs_tell_about() -> None:
    told = {
        (pack.slug, thing.name)
        for pack in (load_city_pack(PACKS / slug) for slug in ("leiedonk", "vlierhove"))
        for thing in pack.things
    }
    published = set()
    for device in devices_of(load_scenario("demo"), seed=1, start=1_790_000_000.0):
        levels = device.topic.split("/")
        place = {"city": -1, "v3": -2, "application": 3}[levels[0]]
        published.add((device.city, levels[place]))

    assert published == told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("title: [", "is not YAML"),
        ("title: x\ncities: []", "the whole: Value error, a scenario has cities, or load"),
        ("titel: x", "titel: Extra inputs are not permitted"),
        (
            "title: x\nfaults: {late: {rate: 2}}",
            "faults.late.rate: Input should be less than or equal to 1",
        ),
        ("title: x\nfaults: {malformed: {kinds: [burnt]}}", "kinds are truncated, empty"),
        ("title: x\ncities: [{city: A b, position: [3, 51]}]", "cities.0.city: Value error"),
    ],
)
def test_a_wrong_scenario_names_file_and_field(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content)

    with pytest.raises(Misconfigured) as wrong:
        load_scenario(file)

    assert str(file) in str(wrong.value)
    assert words in str(wrong.value)


def test_an_unknown_scenario_tells_which_there_are() -> None:
    with pytest.raises(Misconfigured, match="nor one of: demo, faults, load"):
        load_scenario("sunny")


def test_the_readme_names_every_setting() -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in readme.splitlines() if re.match(r"\| `[A-Z_]+` ", line)]

    assert rows == [name.upper() for name in SimulatorSettings.model_fields]
