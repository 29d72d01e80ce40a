"""The mains: one frequency for the whole grid."""

from dataclasses import dataclass

from simulators.chance import stream, wander

_HERTZ, _SWING_HERTZ = 50.0, 0.08
_PERIOD_SECONDS = 240.0


@dataclass(frozen=True)
class Mains:
    """The grid that all devices hang on; instants are seconds since 1970."""

    seed: int

    def hertz(self, seconds: float) -> float:
        """Return its frequency: never quite 50 Hz, as load and generation never quite agree."""
        swing = float(wander(stream(self.seed, "mains"), seconds / _PERIOD_SECONDS)) - 0.5
        return _HERTZ + _SWING_HERTZ * swing
