"""When a device's fault is there: once or again and again, from an instant on."""

from dataclasses import dataclass
from math import inf

from simulators.fault_plan import DeviceFault


@dataclass(frozen=True)
class Window:
    """Times in seconds since 1970.

    Attributes:
        begin: of the first one.
        length: of each.
        every: from one beginning to the next.
        is_early: it is open before `begin` too: for what is sent at the start.
    """

    begin: float
    length: float
    every: float
    is_early: bool = False

    def opened(self, seconds: float) -> float | None:
        """Return when the window that is open at an instant began, if one is."""
        if seconds < self.begin:
            return self.begin if self.is_early else None
        begin = self.begin if self.every == inf else seconds - (seconds - self.begin) % self.every
        return begin if seconds < begin + self.length else None


def window_of(fault: DeviceFault, start: float) -> Window:
    """Return the window of a fault in a run that starts at an instant."""
    return Window(
        begin=start + (fault.after_seconds or 0.0),
        length=inf if fault.seconds is None else fault.seconds,
        every=inf if fault.every_seconds is None else fault.every_seconds,
        is_early=fault.after_seconds is None,
    )
