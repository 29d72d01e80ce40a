"""Faults of a simulated fleet are found, or said not to be; what is healthy is not doubted."""

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from bench.detection.fleet import CITIES
from bench.detection.healthy import Alarms, healthy
from bench.detection.table import MARKS, markdown
from bench.detection.trials import Finding, Trial, hold, trials
from schemas.cities.registry import Registry, load_registry
from schemas.vocabulary import Vocabulary
from simulators.fault_plan import AnyDeviceFault

PACKS = Path(__file__).parents[2] / "deploy" / "cities"
SLOW_SECONDS = 600.0
"""Devices speak seldom here, so that days pass in seconds."""
SHORT = [one for one in trials() if one.healthy_hours + one.faulty_hours < 100]
"""All but the slowest, which is for the command."""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry([PACKS / city for city in CITIES])


@pytest.mark.parametrize("trial", SHORT, ids=lambda one: one.what)
async def test_fault_is_found_and_healthy_values_are_not_doubted(
    trial: Trial, registry: Registry
) -> None:
    found = await hold(trial, trial.devices[-1], registry, pace_seconds=SLOW_SECONDS)

    assert (found.delay_seconds is not None) is bool(trial.found_by), found
    assert found.healthy_doubted <= 0.01 * found.healthy, found


async def test_fleet_without_faults_is_hardly_doubted(registry: Registry) -> None:
    alarms = await healthy(registry, hours=8, pace_seconds=SLOW_SECONDS)

    assert alarms.values > 5_000
    assert alarms.rejected == 0
    assert alarms.flags.keys() <= {"coverage.low"}, alarms  # at dusk, as the device says


def test_every_kind_of_fault_of_a_device_has_a_trial() -> None:
    tried = {one.fault["kind"] for one in trials()}
    faults = get_args(get_args(AnyDeviceFault)[0])

    assert tried == {get_args(one.model_fields["kind"].annotation)[0] for one in faults}


def test_what_finds_a_fault_is_a_flag_or_a_reason() -> None:
    vocabulary = Vocabulary.load()
    known = vocabulary.quality_flags.keys() | vocabulary.rejections.keys()

    assert {word for one in trials() for word in one.found_by} <= known
    assert all(one.found_by or one.remark for one in trials())


def test_table_tells_what_is_found_how_soon_and_what_is_not() -> None:
    found, missed = trials()[0], next(one for one in trials() if not one.found_by)
    seen = Finding(delay_seconds=7200, said={"drift.apart": 5}, wrong=10, wrong_flagged=5)
    alarms = Alarms(
        hours=8,
        pace_seconds=60,
        readings=3,
        values=2000,
        doubted=1,
        flags=Counter({"flat.line": 1}),
    )

    lines = markdown([(found, [seen, Finding()]), (missed, [Finding()])], alarms).splitlines()

    assert lines[2] == f"| {found.what} | 1 of 2 | 2 h | 50% | `drift.apart` | 0 of 0 |"
    assert lines[3] == f"| {missed.what} | no flag |  |  | {missed.remark} | 0 of 0 |"
    assert lines[-1].startswith(
        "Both cities without a fault for 8 hours, each device once in 60 s"
    )
    assert lines[-1].endswith("(0.50 of a thousand): `flat.line` 1.")


def test_table_goes_between_its_marks() -> None:
    assert MARKS.fill(f"a {MARKS.begin} old {MARKS.end} z", "new") == (
        f"a {MARKS.begin}\nnew\n{MARKS.end} z"
    )
    with pytest.raises(ValueError, match="marks"):
        MARKS.fill("without", "new")
