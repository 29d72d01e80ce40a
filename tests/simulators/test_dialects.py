"""Devices speak so that the platform's own profiles understand them."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import islice, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.cities.registry import Registry, load_registry
from schemas.errors import ReadingRejected
from schemas.interpreter.observe import Yield, observe
from schemas.privacy import gate
from schemas.vocabulary import Vocabulary
from simulators.city import devices_of
from simulators.device_type import load_device_types
from simulators.dialects.p1_telegram import crc16
from simulators.fault_plan import Faults
from simulators.faults import Message
from simulators.load import readings
from simulators.malformed import KINDS
from simulators.scenario import CITIES, EXAMPLES, Load, Scenario, load_scenario
from simulators.schedule import schedule

PACKS = Path(__file__).parents[2] / "deploy" / "cities"
NOON = datetime(2026, 6, 10, 10, 0, 30, tzinfo=UTC)
START = NOON.timestamp()
HALF_A_MINUTE = 30


@pytest.fixture(scope="module", name="registry")
def _registry() -> Registry:
    return load_registry([PACKS / "leiedonk", PACKS / "vlierhove"])


@pytest.fixture(scope="module", name="scenario")
def _scenario() -> Scenario:
    """Return the demo on a day without any trouble."""
    return load_scenario("demo").model_copy(update={"faults": Faults()})


@pytest.fixture(scope="module", name="messages")
def _messages(scenario: Scenario) -> list[Message]:
    devices = devices_of(scenario, seed=3, start=START)
    said = schedule(devices, START, faults=scenario.faults, seed=3)
    return list(takewhile(lambda one: one.due < START + HALF_A_MINUTE, said))


def _understood(registry: Registry, topic: str, payload: bytes) -> Yield:
    address = registry.routes.address(topic)
    profile = registry.cities[address.city].library.profile(address.profile)
    return observe(
        profile,
        gate(profile, payload),
        thing=address.thing,
        received_time=NOON,
        zone=registry.cities[address.city].pack.zone,
    )


@pytest.fixture(scope="module", name="yields")
def _yields(registry: Registry, messages: list[Message]) -> dict[str, list[Yield]]:
    """Return what the messages of each topic give."""
    yields: defaultdict[str, list[Yield]] = defaultdict(list)
    for message in messages:
        found = _understood(registry, message.device.topic, message.payload)
        yields[message.device.topic].append(found)
    return yields


def test_every_message_is_understood(yields: dict[str, list[Yield]]) -> None:
    assert not [one for found in yields.values() for one in found if one.rejections]
    assert all(any(one.observations for one in found) for found in yields.values())


def test_every_device_speaks_at_once(scenario: Scenario, yields: dict[str, list[Yield]]) -> None:
    assert set(yields) == {one.topic for one in devices_of(scenario, seed=3, start=START)}


def test_every_type_of_device_is_in_a_city_or_an_update(scenario: Scenario) -> None:
    placed = {device.type for city in scenario.cities for device in city.devices}
    updates = {
        fault.to for fault in load_scenario("faults").faults.devices if fault.kind == "firmware"
    }

    assert placed | updates == set(load_device_types())


def test_every_theme_is_measured_in_each_city(registry: Registry, messages: list[Message]) -> None:
    themes: defaultdict[str, set[str]] = defaultdict(set)
    for message in messages:
        library = registry.cities[message.device.city].library
        for one in _understood(registry, message.device.topic, message.payload).observations:
            datastream = library.profile(one.profile).datastream(one.datastream)
            themes[message.device.city].add(datastream.observed_property.theme)

    assert set(themes) == {"leiedonk", "vlierhove"}
    assert all(measured == set(Vocabulary.load().themes) for measured in themes.values())


def test_every_dataset_that_is_measured_is_declared(registry: Registry) -> None:
    for slug in ("leiedonk", "vlierhove"):
        declared = {dataset.theme for dataset in registry.cities[slug].pack.city.datasets}

        assert declared == set(Vocabulary.load().themes)


def test_no_value_is_doubtful(registry: Registry, messages: list[Message]) -> None:
    flags: set[str] = set()
    for message in messages:
        city = registry.cities[message.device.city]
        for one in _understood(registry, message.device.topic, message.payload).observations:
            profile = city.library.profile(one.profile)
            qualified = profile.datastream(one.datastream).qualify(one, NOON)
            flags.update(qualified.quality)

    # A camera sees little of the hours at dusk and dawn.
    assert flags <= {"time.received", "coverage.low"}


def test_devices_at_one_place_agree(yields: dict[str, list[Yield]]) -> None:
    found = {
        f"{one.thing} {one.datastream}": one
        for given in yields.values()
        for message in given
        for one in message.observations
    }
    results: dict[str, Any] = {name: one.result for name, one in found.items()}

    outside = results["weerstation-bibliotheek temperature"]
    for device in ("esp8266-990001", "leiedonk-pm-02", "weerpost-stadhuis"):
        assert results[f"{device} temperature"] == pytest.approx(outside, abs=0.8)
        assert results[f"{device} pressure"] == pytest.approx(1013, abs=35)
    assert results["klas-3b temperature"] > 18
    assert results["parking-vlasmarkt free"] <= results["parking-vlasmarkt capacity"]
    assert results["geluid-ringlaan level"] > results["geluid-vlasmarkt level"]
    assert found["stationsstraat car"].phenomenon_end is not None


def test_nothing_is_from_the_future(registry: Registry, messages: list[Message]) -> None:
    for message in messages:
        for one in _understood(registry, message.device.topic, message.payload).observations:
            if "time.received" not in one.quality:
                until = one.phenomenon_end or one.phenomenon_start

                assert until.timestamp() <= message.due, message.device.topic


def test_a_day_of_traffic_is_there_at_the_start(
    registry: Registry, messages: list[Message]
) -> None:
    hours = {
        one.phenomenon_start
        for message in messages
        if message.device.topic == "city/leiedonk/telraam/v2/stationsstraat"
        for one in _understood(registry, message.device.topic, message.payload).observations
    }

    assert len(hours) > 12


def test_telegrams_carry_their_checksum_and_the_season(scenario: Scenario) -> None:
    devices = devices_of(scenario, seed=3, start=START)
    meter = next(one for one in devices if "/dsmr/" in one.topic)
    summer = meter.say(NOON.timestamp())
    winter = meter.say(datetime(2026, 1, 10, 10, 0, 30, tzinfo=UTC).timestamp())
    body, checksum = summer[: summer.index(b"!") + 1], summer[summer.index(b"!") + 1 :]

    assert checksum == b"%04X\r\n" % crc16(body)
    assert b"0-0:1.0.0(260610120030S)\r\n" in summer
    assert b"0-0:1.0.0(260110110030W)\r\n" in winter


def test_the_checksum_is_crc_16_arc() -> None:
    assert crc16(b"123456789") == 0xBB3D


def test_public_buildings_are_open_and_the_dwelling_is_not(registry: Registry) -> None:
    pack = registry.cities["leiedonk"].pack
    meters = {thing.name: thing for thing in pack.things if thing.profile == "dsmr/p1"}

    assert registry.cities["leiedonk"].library.profile("dsmr/p1").is_personal
    assert meters.pop("proefwoning-1").personal is None
    assert {thing.personal for thing in meters.values()} == {"no"}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_payloads_give_no_clean_reading(
    registry: Registry, messages: list[Message], kind: str
) -> None:
    first = {message.device.topic: message for message in reversed(messages)}
    for topic, message in first.items():
        try:
            found = _understood(registry, topic, KINDS[kind](message.payload))
        except ReadingRejected:
            continue

        assert found.rejections or kind in ("overflow", "not-a-number"), (topic, found)


@pytest.mark.parametrize("dialect", ["telraam", "airrohr"])
def test_load_is_understood(registry: Registry, dialect: str) -> None:
    load = Load.model_validate(
        {
            "messages_per_second": 10,
            "things": 5,
            "cities": ["leiedonk", "vlierhove"],
            "dialect": dialect,
        }
    )
    said = list(islice(readings(load, seed=1, process=0, now=NOON.timestamp()), 100))
    found = [_understood(registry, topic, payload) for _, topic, payload in said]

    assert all(len(one.observations) == 5 and not one.rejections for one in found)
    assert len({topic for _, topic, _ in said}) == 10
    assert len(set(said)) == 100


def test_scenarios_are_part_of_the_package() -> None:
    assert {file.stem for file in EXAMPLES.glob("*.yaml")} == {"demo", "faults", "load"}
    assert {file.stem for file in CITIES.glob("*.yaml")} == {"leiedonk", "vlierhove"}
    assert load_scenario("demo").cities[0].zone == ZoneInfo("Europe/Brussels")
