"""What the registers of a profile's examples give in all: their differences."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

import msgspec

from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.differences import (
    Difference,
    RegisterReading,
    differences,
    touched_intervals,
)
from schemas.wire import Observation

_Series: TypeAlias = tuple[str, str, str]


class RegisterLog:
    """Where the registers of things stood, as examples tell one after the other."""

    def __init__(self, profile: CompiledProfile) -> None:
        self._profile = profile
        self._readings: defaultdict[_Series, dict[datetime, RegisterReading]] = defaultdict(dict)
        self._specimens: dict[_Series, Observation] = {}

    def add(self, observations: Iterable[Observation]) -> None:
        """Note those that are of registers with differences."""
        for one in observations:
            if self._profile.measured_by(one).differences and isinstance(one.result, int | float):
                series = (one.thing, one.profile, one.datastream)
                self._specimens[series] = one
                reading = RegisterReading(one.phenomenon_start, one.result, one.quality)
                self._readings[series][reading.time] = reading

    def differences(self) -> tuple[Observation, ...]:
        """Return all differences of what was noted, in the order of the registers."""
        return tuple(
            one
            for series, specimen in self._specimens.items()
            for one in self._of(series, specimen)
        )

    def _of(self, series: _Series, specimen: Observation) -> Iterator[Observation]:
        made = self._profile.measured_by(specimen).differences
        if made is None:
            return
        readings = [reading for _, reading in sorted(self._readings[series].items())]
        starts = {
            start
            for one in readings
            for start in touched_intervals(one.time, made.register.interval)
        }
        for found in differences(made.register, readings, sorted(starts)):
            yield difference_observation(specimen, made.name, found)


def difference_observation(register: Observation, name: str, found: Difference) -> Observation:
    """Return a difference as an observation beside one of its register.

    Args:
        register: any observation of the register.
        name: of the datastream of the differences.
        found: the difference.
    """
    return msgspec.structs.replace(
        register,
        datastream=name,
        phenomenon_start=found.start,
        phenomenon_end=found.end,
        result_time=found.end,
        result=found.result,
        quality=found.quality,
        raw_result=None,
    )
