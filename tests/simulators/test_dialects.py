"""Devices speak so that the platform's own profiles understand them."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import ReadingRejected
from schemas.interpreter.observe import Yield, observe
from schemas.privacy import gate
from schemas.registry import Registry, load_registry
from schemas.wire import Observation
from simulators.city import devices_of
from simulators.dialects.p1_telegram import crc16
from simulators.faults import Message
from simulators.load import readings
from simulators.malformed import KINDS
from simulators.scenario import EXAMPLES, Load, Scenario, load_scenario
from simulators.schedule import schedule

PACKS = Path(__file__).parents[2] / "deploy" / "cities"
NOON = datetime(2026, 6, 10, 10, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module", name="registry")
def _registry() -> Registry:
    return load_registry([PACKS / "leiedonk", PACKS / "vlierhove"])


@pytest.fixture(scope="module", name="scenario")
def _scenario() -> Scenario:
    return load_scenario("demo")


@pytest.fixture(scope="module", name="messages")
def _messages(scenario: Scenario) -> list[Message]:
    devices = devices_of(scenario, seed=3)
    start = NOON.timestamp()
    return list(islice(schedule(devices, start, faults=scenario.faults, seed=3), 400))


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


def test_every_message_is_understood(registry: Registry, messages: list[Message]) -> None:
    yields: dict[str, list[Yield]] = {}
    for message in messages:
        found = _understood(registry, message.device.topic, message.payload)
        yields.setdefault(message.device.topic, []).append(found)

    assert not [one for found in yields.values() for one in found if one.rejections]
    assert all(any(one.observations for one in found) for found in yields.values())


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


def test_values_come_back_as_the_city_had_them(
    registry: Registry, messages: list[Message]
) -> None:
    found: dict[str, Observation] = {}
    for message in messages:
        for one in _understood(registry, message.device.topic, message.payload).observations:
            found[f"{one.profile} {one.datastream}"] = one
    results = {name: one.result for name, one in found.items()}

    assert results["sensor-community/airrohr pressure"] == pytest.approx(1013, abs=35)
    assert results["decentlab/dl-pm pressure"] == pytest.approx(1013, abs=35)
    assert results["decentlab/dl-pm temperature"] == pytest.approx(
        results["sensor-community/airrohr temperature"], abs=1
    )
    assert found["telraam/v2 car"].phenomenon_end is not None


def test_nothing_is_from_the_future(registry: Registry, messages: list[Message]) -> None:
    past = [one for one in messages if one.due <= NOON.timestamp()]
    times = [
        time
        for message in past
        for one in _understood(registry, message.device.topic, message.payload).observations
        for time in (one.phenomenon_start, one.phenomenon_end or NOON)
    ]

    assert times
    assert max(times) <= NOON


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
    meter = next(one for one in devices_of(scenario, seed=3) if "/dsmr/" in one.topic)
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
    assert load_scenario("demo").cities[0].zone == ZoneInfo("Europe/Brussels")
