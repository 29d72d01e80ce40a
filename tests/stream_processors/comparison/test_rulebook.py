"""Which rules hold for a datastream: those of its property, with its own cadence."""

from datetime import timedelta
from pathlib import Path

import msgspec

from schemas.cities.registry import load_registry
from schemas.wire import NormalisedReading, Observation
from stream_processors.comparison.past import PastRules
from stream_processors.comparison.rulebook import Rulebook
from tests.stream_processors.packs import RECEIVED, registry_of, write_pack

PACKS = Path(__file__).parents[3] / "deploy" / "cities"
COUNT = Observation(
    thing="brug",
    profile="proef/teller",
    profile_version=1,
    datastream="car",
    phenomenon_start=RECEIVED,
    result_time=RECEIVED,
    result=3,
)
READING = NormalisedReading(
    city="stad-a",
    source="city/stad-a/proef/teller/brug",
    profile="proef/teller",
    partition=0,
    offset=0,
    received_time=RECEIVED,
)
HOUR = msgspec.structs.replace(COUNT, phenomenon_end=RECEIVED + timedelta(hours=1))


def test_gap_is_known_from_the_interval_and_no_gap_where_nobody_knows(tmp_path: Path) -> None:
    book = Rulebook(registry_of(tmp_path))
    instant, hour = book.watch(READING, COUNT), book.watch(READING, HOUR)

    assert instant is not None
    assert hour is not None
    assert instant.past == PastRules(flat_seconds=259_200, flat_values=72)
    assert hour.past == PastRules(flat_seconds=259_200, flat_values=72, gap_seconds=2.5 * 3600)


def test_gap_is_known_from_the_citys_word(tmp_path: Path) -> None:
    known = {"profile": "proef/teller", "name": "brug", "every": "PT10M"}
    registry = load_registry([write_pack(tmp_path, things=[known])])
    found = Rulebook(registry).watch(READING, COUNT)

    assert found is not None
    assert found.past.gap_seconds == 2.5 * 600


def test_equal_rules_are_one(tmp_path: Path) -> None:
    book = Rulebook(registry_of(tmp_path))
    other = msgspec.structs.replace(COUNT, thing="plein")

    assert book.watch(READING, COUNT) is book.watch(READING, other)


def test_what_is_not_known_any_more_has_no_rules(tmp_path: Path) -> None:
    book = Rulebook(registry_of(tmp_path))
    elsewhere = msgspec.structs.replace(READING, city="stad-x")
    gone = msgspec.structs.replace(COUNT, profile="proef/weg")
    other = msgspec.structs.replace(COUNT, datastream="weg")

    assert book.watch(elsewhere, COUNT) is None
    assert book.watch(READING, gone) is None
    assert book.watch(READING, other) is None


def test_rules_of_days_hold_for_what_has_them(tmp_path: Path) -> None:
    registry = load_registry([PACKS / "leiedonk"])
    dust = msgspec.structs.replace(COUNT, profile="sensor-community/airrohr", datastream="pm2-5")
    there = msgspec.structs.replace(READING, city="leiedonk", profile="sensor-community/airrohr")
    watch, count = Rulebook(registry).watch(there, dust), Rulebook(registry_of(tmp_path)).watch

    assert watch is not None
    assert watch.drift is not None
    assert watch.scale is not None
    assert watch.days == max(watch.drift.hours, watch.scale.hours + watch.scale.before)
    assert (found := count(READING, COUNT)) is not None
    assert found.days == 0
