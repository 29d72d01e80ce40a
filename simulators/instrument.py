"""An instrument: what a device reads at its place, with noise and with its sensors' faults."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulators.chance import gaussian, stream, uniform
from simulators.fault_plan import (
    ClockFault,
    ClockReset,
    Drift,
    Missing,
    Scaled,
    SensorFault,
    Spikes,
    Stuck,
)
from simulators.window import Window

Quantity: TypeAlias = Callable[[float], float]


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """The sensors and the clock of a device; instants are seconds since 1970.

    Attributes:
        stream: number of its chance.
        places: where it stands, and what is around: the first that has a quantity gives it.
        noise: deviation by quantity.
        faults: of its sensors, with their windows.
        clock_faults: of its clock.
    """

    stream: int
    places: Sequence[Any]
    noise: Mapping[str, float]
    faults: Sequence[tuple[SensorFault, Window]] = ()
    clock_faults: Sequence[tuple[ClockFault, Window]] = ()

    def measure(self, quantity: str, seconds: float) -> float | None:
        """Return a quantity's value, `None` when a fault keeps it back."""
        value: float | None = self._true(quantity, seconds)
        for fault, window in self.faults:
            begin = window.opened(seconds)
            if begin is not None and value is not None:
                value = self._faulty(fault, quantity, value, seconds, begin)
        return value

    def clock(self, seconds: float) -> float:
        """Return what its clock shows."""
        for fault, window in self.clock_faults:
            begin = window.opened(seconds)
            if begin is None:
                continue
            if isinstance(fault, ClockReset):
                return fault.to.timestamp() + seconds - begin
            if self._happens(fault.rate, "clock", seconds):
                return seconds + fault.offset_seconds
        return seconds

    def knows(self, quantity: str) -> bool:
        """Tell whether it can measure a quantity here."""
        return self._source(quantity) is not None

    def _faulty(
        self, fault: SensorFault, quantity: str, value: float, seconds: float, begin: float
    ) -> float | None:
        match fault:
            case Drift() if fault.quantity == quantity:
                return value + fault.per_hour * max(0.0, seconds - begin) / 3600
            case Stuck() if fault.quantity == quantity:
                return self._true(quantity, begin)
            case Spikes() if fault.quantity == quantity:
                return fault.to if self._happens(fault.rate, quantity, seconds) else value
            case Scaled() if fault.quantity == quantity:
                return value * fault.factor + fault.plus
            case Missing() if quantity in fault.quantities:
                return None if self._happens(fault.rate, "missing", seconds) else value
        return value

    def _happens(self, rate: float, what: str, seconds: float) -> bool:
        return float(uniform(stream(self.stream, what), int(seconds))) < rate

    def _true(self, quantity: str, seconds: float) -> float:
        source = self._source(quantity)
        if source is None:
            raise LookupError(quantity)
        value = float(source(seconds))
        deviation = self.noise.get(quantity)
        if deviation:
            value += deviation * float(gaussian(stream(self.stream, quantity), int(seconds)))
        return value

    def _source(self, quantity: str) -> Quantity | None:
        for place in self.places:
            found = getattr(place, quantity, None)
            if callable(found):
                return found  # type: ignore[no-any-return]
        return None
