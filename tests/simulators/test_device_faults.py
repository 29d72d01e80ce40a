"""Faults of single devices reach the platform as designed: payloads in, observations out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.cities.registry import Registry, load_registry
from schemas.errors import Misconfigured
from schemas.interpreter.observe import Yield, observe
from schemas.privacy import gate
from schemas.wire import Observation
from simulators.city import devices_of
from simulators.faults import Message
from simulators.scenario import Scenario
from simulators.schedule import schedule
from simulators.window import Window

PACKS = Path(__file__).parents[2] / "deploy" / "cities"
START = datetime(2026, 6, 10, 10, 0, 30, tzinfo=UTC).timestamp()
PAUSE = 4.0
MINUTE = 60.0


class Heard(NamedTuple):
    """What came from a device: messages in their order, and what each gives."""

    messages: Sequence[Message]
    yields: Sequence[Yield]

    def of(self, datastream: str) -> list[Observation]:
        """Return the observations of a datastream."""
        found = (one for given in self.yields for one in given.observations)
        return [one for one in found if one.datastream == datastream]

    def results(self, datastream: str) -> list[Any]:
        """Return their results."""
        return [one.result for one in self.of(datastream)]

    def flags(self, datastream: str) -> list[str]:
        """Return their flags, one after the other."""
        return [flag for one in self.of(datastream) for flag in one.quality]


@pytest.fixture(scope="module", name="registry")
def _registry() -> Registry:
    return load_registry([PACKS / "leiedonk", PACKS / "vlierhove"])


def _scenario(*faults: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(
        {
            "title": "one trouble",
            "longest_pause_seconds": PAUSE,
            "cities": ["leiedonk", "vlierhove"],
            "faults": {"devices": list(faults)},
        }
    )


def _heard(registry: Registry, device: str, *faults: dict[str, Any]) -> Heard:
    scenario = _scenario(*({"device": device, **fault} for fault in faults))
    alone = [
        one
        for one in devices_of(scenario, seed=3, start=START)
        if one.topic.removesuffix("/up").endswith(f"/{device}")
    ]
    said = schedule(alone, START, faults=scenario.faults, seed=3)
    messages = list(takewhile(lambda one: one.due < START + MINUTE, said))
    return Heard(messages, [_understood(registry, one) for one in messages])


def _understood(registry: Registry, message: Message) -> Yield:
    address = registry.routes.address(message.device.topic)
    context = registry.cities[address.city]
    profile = context.library.profile(address.profile)
    received = datetime.fromtimestamp(message.due, UTC)
    found = observe(
        profile,
        gate(profile, message.payload),
        thing=address.thing,
        received_time=received,
        zone=context.pack.zone,
    )
    return found._replace(
        observations=tuple(
            context.library.profile(one.profile).datastream(one.datastream).qualify(one, received)
            for one in found.observations
        )
    )


def test_a_drifting_sensor_goes_away_from_the_truth(registry: Registry) -> None:
    drift = {"kind": "drift", "quantity": "fine_dust", "per_hour": 3600}
    wrong, right = _heard(registry, "esp8266-990003", drift), _heard(registry, "esp8266-990003")
    errors = [a - b for a, b in zip(wrong.results("pm2-5"), right.results("pm2-5"), strict=True)]

    assert len(errors) > 10
    assert [b - a for a, b in pairwise(errors[1:])] == pytest.approx([PAUSE] * (len(errors) - 2))
    assert wrong.results("pm10") == right.results("pm10")


def test_a_stuck_sensor_draws_a_flat_line(registry: Registry) -> None:
    stuck = {"kind": "stuck", "quantity": "sound", "after_seconds": 10, "seconds": 30}
    heard = _heard(registry, "geluid-vlasmarkt", stuck)
    in_between = [
        one.result
        for message, given in zip(heard.messages, heard.yields, strict=True)
        for one in given.observations
        if one.datastream == "level" and 10 <= message.due - START < 40
    ]

    assert len(in_between) > 5
    assert len(set(in_between)) == 1
    assert len(set(heard.results("level"))) > 5
    assert len(set(heard.results("level-maximum"))) > 1


def test_a_spike_is_stored_with_a_flag(registry: Registry) -> None:
    spikes = {"kind": "spikes", "quantity": "nitrogen_dioxide", "to": 4000, "rate": 0.4}
    heard = _heard(registry, "luchtpost-ringlaan", spikes)
    wild = [one for one in heard.of("no2") if one.result == 4000]

    assert 0 < len(wild) < len(heard.of("no2"))
    assert all("range.high" in one.quality for one in wild)
    assert heard.flags("no2").count("range.high") == len(wild)


def test_a_missing_field_is_no_observation_and_no_rejection(registry: Registry) -> None:
    missing = {"kind": "missing", "quantities": ["humidity"], "rate": 0.5}
    heard = _heard(registry, "weerpost-stadhuis", missing)

    assert 0 < len(heard.of("humidity")) < len(heard.of("temperature")) == len(heard.messages)
    assert not any(given.rejections for given in heard.yields)


def test_a_missing_record_of_a_frame_is_no_observation(registry: Registry) -> None:
    heard = _heard(registry, "leeszaal", {"kind": "missing", "quantities": ["co2"]})

    assert heard.of("co2") == []
    assert len(heard.of("temperature")) == len(heard.messages)


def test_a_clock_ahead_is_flagged(registry: Registry) -> None:
    ahead = {"kind": "clock-offset", "offset_seconds": 7200}
    heard = _heard(registry, "fontein-kerkplein", ahead)
    early = [
        one.phenomenon_start.timestamp() - message.due
        for message, one in zip(heard.messages, heard.of("power"), strict=True)
    ]

    assert early == pytest.approx([7200] * len(early), abs=1)
    assert heard.flags("power").count("clock.future") == len(early) > 10


def test_a_clock_that_jumps_gives_times_out_of_order(registry: Registry) -> None:
    jumps = {"kind": "clock-offset", "offset_seconds": -3600, "rate": 0.3}
    times = [one.phenomenon_start for one in _heard(registry, "parking-station", jumps).of("free")]
    steps = [b - a for a, b in pairwise(times)]

    assert min(steps) < timedelta(minutes=-59)
    assert max(steps) > timedelta(minutes=59)


def test_a_clock_that_begins_anew_is_flagged(registry: Registry) -> None:
    reset = {"kind": "clock-reset", "after_seconds": 20}
    heard = _heard(registry, "lampen-stationsstraat", reset)
    doubtful = [one for one in heard.of("power-1") if "clock.default" in one.quality]

    assert {one.phenomenon_start.year for one in doubtful} == {1970}
    assert 0 < len(doubtful) < len(heard.of("power-1"))


def test_an_update_with_a_new_field_opens_its_datastreams(registry: Registry) -> None:
    before = {"kind": "firmware", "to": "zigbee2mqtt-plug", "seconds": 30}
    heard = _heard(registry, "printer-bibliotheek", before)
    power, energy = heard.of("power"), heard.of("energy")

    assert 0 < len(energy) < len(power)
    assert energy[0].phenomenon_start.timestamp() >= START + 29
    assert {one.thing for one in (*power, *energy)} == {"printer-bibliotheek"}


def test_an_update_to_another_unit_opens_a_datastream_and_ends_the_old_one(
    registry: Registry,
) -> None:
    update = {"kind": "firmware", "to": "milesight-am319-concentration", "after_seconds": 30}
    heard = _heard(registry, "klas-3b", update)
    index, concentration = heard.of("voc-index"), heard.of("voc")

    assert index[-1].phenomenon_start < concentration[0].phenomenon_start
    assert len(index) + len(concentration) == len(heard.messages)
    assert len(heard.of("co2")) == len(heard.messages)


def test_an_update_to_another_unit_of_the_same_rejects_it_instead_of_mixing(
    registry: Registry,
) -> None:
    update = {"kind": "firmware", "to": "senml-station-hectopascal", "after_seconds": 30}
    heard = _heard(registry, "weerpost-stadhuis", update)
    refused = [one.reason for given in heard.yields for one in given.rejections]

    assert set(refused) == {"field.unit"}
    assert len(refused) + len(heard.of("pressure")) == len(heard.messages)
    assert all(970 < result < 1050 for result in heard.results("pressure"))
    assert len(heard.of("temperature")) == len(heard.messages)


def test_what_was_kept_offline_comes_in_a_burst_with_the_times_that_it_had(
    registry: Registry,
) -> None:
    offline = {"kind": "offline", "after_seconds": 10, "seconds": 20}
    cut = _heard(registry, "parking-dorpsplein", offline)
    whole = _heard(registry, "parking-dorpsplein")
    burst = [one for one in cut.messages if one.fault == "offline"]

    assert len(burst) == 5
    assert {one.due for one in burst} == {START + 30}
    assert not [one for one in cut.messages if START + 10 <= one.due < START + 30]
    assert {(one.phenomenon_start, one.result) for one in cut.of("free")} == {
        (one.phenomenon_start, one.result) for one in whole.of("free")
    }


def test_two_bridges_bring_the_same_observation_twice(registry: Registry) -> None:
    heard = _heard(registry, "parking-vlasmarkt", {"kind": "bridges"})
    payloads = [one.payload for one in heard.messages]
    keys = [(one.phenomenon_start, one.result) for one in heard.of("free")]

    assert len(payloads) == 2 * len(set(payloads)) > 20
    assert len(keys) > len(set(keys)) >= len(set(payloads))


def test_two_gateways_bring_the_same_frame_in_two_envelopes(registry: Registry) -> None:
    heard = _heard(registry, "peil-leie", {"kind": "gateways"})
    first, second = heard.messages[-2:]

    assert (first.fault, second.fault) == ("", "gateways")
    assert first.payload != second.payload
    assert heard.of("water-level")[-1].result == heard.of("water-level")[-2].result
    assert heard.yields[-1].uplink == heard.yields[-2].uplink != b""


def test_a_dead_device_says_nothing_more(registry: Registry) -> None:
    heard = _heard(registry, "peil-molenbeek", {"kind": "dead", "after_seconds": 20})

    assert heard.messages
    assert max(one.due for one in heard.messages) < START + 20


def test_a_fault_of_one_device_is_told_in_its_messages(registry: Registry) -> None:
    heard = _heard(registry, "fontein-kerkplein", {"kind": "clock-offset", "offset_seconds": 60})

    assert {one.fault for one in heard.messages} == {"clock-offset"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "stuck", "device": "peil-leie", "quantity": "co2"}, "does not measure co2"),
        ({"kind": "clock-reset", "device": "esp8266-990001"}, "tells no time"),
        ({"kind": "gateways", "device": "stadhuis"}, "no LoRaWAN"),
        ({"kind": "firmware", "device": "klas-3b", "to": "am-320"}, "no type of device `am-320`"),
    ],
)
def test_a_fault_that_a_device_cannot_have_is_refused(fault: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        devices_of(_scenario(fault), seed=1, start=START)


def test_a_fault_of_no_device_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no device peil-zenne"):
        _scenario({"kind": "dead", "device": "peil-zenne"})


def test_a_window_opens_once_or_again_and_again() -> None:
    once = Window(begin=100, length=10, every=float("inf"))
    again = Window(begin=100, length=10, every=60)
    early = Window(begin=100, length=10, every=float("inf"), is_early=True)

    assert [once.opened(at) for at in (99, 100, 109, 110, 160)] == [None, 100, 100, None, None]
    assert [again.opened(at) for at in (99, 165, 175)] == [None, 160, None]
    assert [early.opened(at) for at in (40, 99, 105, 111)] == [100, 100, 100, None]


def test_healthy_devices_do_not_depend_on_when_a_run_starts() -> None:
    early, late = (devices_of(_scenario(), seed=3, start=start) for start in (START, START + 1000))
    at = START + 2000

    assert [one.say(at) for one in early[::6]] == [one.say(at) for one in late[::6]]
