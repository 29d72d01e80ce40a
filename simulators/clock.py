"""The simulated clock: faster than real time, and never ahead of it."""

from dataclasses import dataclass

_HORIZON_SECONDS = 3600.0


@dataclass(frozen=True)
class SimulatedClock:
    """A clock that begins in the past and catches up with the present.

    Attributes:
        real_start: when it began, in seconds since 1970.
        speed: simulated seconds in a real one, until it has caught up; then 1.
        start: what it showed then.
    """

    real_start: float
    speed: float
    start: float

    def now(self, real_now: float) -> float:
        """Return what it shows at a real instant, never later than that instant."""
        return min(self.start + (real_now - self.real_start) * self.speed, real_now)

    def real_time_of(self, shown: float) -> float:
        """Return the real instant from which on it shows an instant."""
        return max(self.real_start + (shown - self.start) / self.speed, shown)


def start_clock(real_now: float, *, speed: float, seconds: float | None) -> SimulatedClock:
    """Return a clock that reaches the present after `seconds`, or an hour where that is open."""
    lead = max(speed - 1.0, 0.0) * (seconds or _HORIZON_SECONDS)
    return SimulatedClock(real_start=real_now, speed=speed, start=real_now - lead)
