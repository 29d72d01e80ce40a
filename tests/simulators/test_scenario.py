"""Scenarios: what comes along is right, and what is wrong is told."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from schemas.cities.pack import load_city_pack
from schemas.errors import Misconfigured
from simulators import fault_plan
from simulators.city import devices_of
from simulators.device_type import DeviceType, load_device_types
from simulators.fault_plan import DeviceFault
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
        ("title: x\ncities: [gent]", "no city 'gent' comes along; there are leiedonk, vlierhove"),
        ("title: x\nlongest_pause_seconds: 0\ncities: [leiedonk]", "longest_pause_seconds"),
        (
            "title: x\ncities: [leiedonk]\nfaults: {devices: [{kind: dead, device: zenne}]}",
            "there is no device zenne",
        ),
        (
            "title: x\ncities: [{city: a, position: [3,5], devices: [{type: t, name: b, at: c}]}]",
            "b: there is no place `c`",
        ),
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


def test_the_readme_names_every_setting(readme: str) -> None:
    rows = [line.split("`")[1] for line in readme.splitlines() if re.match(r"\| `[A-Z_]+` ", line)]

    assert rows == [name.upper() for name in SimulatorSettings.model_fields]


def test_the_readme_shows_a_device_as_it_is(readme: str) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    shown = DeviceType.model_validate(yaml.safe_load(example))

    assert shown == load_device_types()["milesight-em310-udl"]


def test_the_readme_names_every_profile_that_devices_speak(readme: str) -> None:
    spoken = {of_type.profile for of_type in load_device_types().values()}

    assert [profile for profile in sorted(spoken) if f"`{profile}`" not in readme] == []


def test_the_readme_and_the_scenario_have_every_kind_of_fault(readme: str) -> None:
    faults = load_scenario("faults").faults
    anywhere = set(type(faults).model_fields) - {"devices"}
    of_devices = {get_args(one.model_fields["kind"].annotation)[0] for one in _device_faults()}
    told = set(
        re.findall(r"`([a-z_-]+)`", "\n".join(re.findall(r"^\| (`.*?) \| ", readme, re.MULTILINE)))
    )

    assert {fault.kind for fault in faults.devices} == of_devices
    assert all(getattr(faults, name).rate > 0 for name in anywhere)
    assert anywhere | of_devices <= told


@pytest.fixture(name="readme")
def _readme() -> str:
    return (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")


def _device_faults() -> list[type[DeviceFault]]:
    return [
        one
        for one in vars(fault_plan).values()
        if isinstance(one, type) and issubclass(one, DeviceFault) and one is not DeviceFault
    ]
