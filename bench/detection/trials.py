"""Trials: a fault in one device of a simulated fleet, and what the rules say of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from bench.detection.fleet import (
    CITIES,
    HOUR,
    MONDAY,
    PACE_SECONDS,
    SEED,
    fleet,
    name_of,
    said,
)
from bench.detection.journey import Result, results
from schemas.cities.registry import Registry
from schemas.vocabulary import Vocabulary
from schemas.yaml_source import read_model, read_yaml
from simulators.scenario import Scenario

LIST: Final = Path(__file__).parent / "trials.yaml"


class Trial(BaseModel):
    """A fault, and by what it is found.

    Attributes:
        what: for people.
        fault: of `simulators/fault_plan.py`, without its device and its window.
        devices: that have it, one after the other.
        datastreams: that show it, none: all of the device.
        healthy_hours: before it begins.
        faulty_hours: how long it is there.
        found_by: flags on those datastreams, or reasons of dead letters; none: no rule finds it.
        remark: what tells it instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    fault: dict[str, Any]
    devices: tuple[str, ...] = Field(min_length=1)
    datastreams: tuple[str, ...]
    healthy_hours: float = 2.0
    faulty_hours: float
    found_by: tuple[str, ...]
    remark: str = ""

    def shows(self, datastream: str, result: object) -> bool:
        """Tell whether a value of the faulty device is a wrong one."""
        is_here = not self.datastreams or datastream in self.datastreams
        return is_here and result == self.fault.get("to", result)


class _List(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    trials: tuple[Trial, ...]


@dataclass(kw_only=True)
class Finding:
    """What the rules said in one trial, at one device.

    Attributes:
        delay_seconds: from the beginning of the fault until it was found, `None`: it was not.
        said: what was said of the faulty device, and how often.
        wrong: wrong values since the fault began.
        wrong_flagged: of them those that bear one of the flags of the trial.
        healthy: all other values.
        healthy_doubted: of them those that bear a flag of severity warning or error.
    """

    delay_seconds: float | None = None
    said: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    wrong_flagged: int = 0
    healthy: int = 0
    healthy_doubted: int = 0

    def count_wrong(self, words: tuple[str, ...], trial: Trial, since: float) -> bool:
        """Take what was said of something wrong; tell whether that finds the fault."""
        for word in words:
            self.said[word] = self.said.get(word, 0) + 1
        is_found = not set(trial.found_by).isdisjoint(words)
        if is_found and self.delay_seconds is None:
            self.delay_seconds = since
        return is_found


def trials() -> tuple[Trial, ...]:
    """Return all trials of the list."""
    return read_model(read_yaml(LIST), _List).trials


def doubts() -> frozenset[str]:
    """Return the codes of the flags that say more than what is good to know."""
    flags = Vocabulary.load().quality_flags.values()
    return frozenset(flag.code for flag in flags if flag.severity != "info")


async def hold(
    trial: Trial, device: str, registry: Registry, *, pace_seconds: float = PACE_SECONDS
) -> Finding:
    """Hold a trial at one of its devices, among the healthy ones of its type."""
    scenario = _scenario(trial, device)
    everybody = fleet(scenario, seed=SEED, pace_seconds=pace_seconds)
    kinds = {one.name: one.type for plan in scenario.cities for one in plan.devices}
    alike = [one for one in everybody if kinds[name_of(one)] == kinds[device]]
    hours = trial.healthy_hours + trial.faulty_hours
    finding, doubting = Finding(), doubts()
    async for result in results(said(scenario, alike, hours=hours, seed=SEED), registry):
        _take(finding, trial, result, device=device, doubting=doubting)
    return finding


def _take(
    finding: Finding, trial: Trial, result: Result, *, device: str, doubting: frozenset[str]
) -> None:
    since = result.message.due - MONDAY - trial.healthy_hours * HOUR
    is_faulty = name_of(result.message.device) == device and since >= 0
    if is_faulty:
        finding.count_wrong(tuple(one.reason for one in result.reading.rejections), trial, since)
    for series, one in result.observations:
        if is_faulty and trial.shows(series.datastream, one.result):
            finding.wrong += 1
            finding.wrong_flagged += finding.count_wrong(one.quality, trial, since)
        else:
            finding.healthy += 1
            finding.healthy_doubted += not doubting.isdisjoint(one.quality)


def _scenario(trial: Trial, device: str) -> Scenario:
    fault = {"device": device, "after_seconds": trial.healthy_hours * HOUR, **trial.fault}
    return Scenario.model_validate(
        {"title": trial.what, "cities": CITIES, "faults": {"devices": [fault]}}
    )
