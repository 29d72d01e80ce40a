"""How often values are doubted of which nothing is wrong: false alarms."""

from collections import Counter
from dataclasses import dataclass, field

from bench.detection.fleet import CITIES, PACE_SECONDS, SEED, fleet, said
from bench.detection.journey import results
from bench.detection.trials import doubts
from schemas.cities.registry import Registry
from simulators.scenario import Scenario


@dataclass(kw_only=True)
class Alarms:
    """What was said of healthy devices.

    Attributes:
        hours: for how long they spoke.
        pace_seconds: how often they spoke at most.
        readings: that came.
        rejected: of them.
        values: that they gave.
        doubted: of them those with a flag of severity warning or error.
        flags: how often each of those flags was raised.
    """

    hours: float
    pace_seconds: float
    readings: int = 0
    rejected: int = 0
    values: int = 0
    doubted: int = 0
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def per_thousand(self) -> float:
        """Doubted of a thousand values."""
        return 1000 * self.doubted / self.values if self.values else 0.0


async def healthy(
    registry: Registry, *, hours: float, pace_seconds: float = PACE_SECONDS
) -> Alarms:
    """Let the fleets of the demonstration live without faults, and count what is doubted."""
    scenario = Scenario.model_validate({"title": "all is well", "cities": CITIES})
    alarms, doubting = Alarms(hours=hours, pace_seconds=pace_seconds), doubts()
    everybody = fleet(scenario, seed=SEED, pace_seconds=pace_seconds)
    async for result in results(said(scenario, everybody, hours=hours, seed=SEED), registry):
        alarms.readings += 1
        alarms.rejected += bool(result.reading.rejections)
        for _, one in result.observations:
            raised = doubting.intersection(one.quality)
            alarms.values += 1
            alarms.doubted += bool(raised)
            alarms.flags.update(raised)
    return alarms
