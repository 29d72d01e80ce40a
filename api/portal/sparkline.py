"""A small chart: the line of the last numbers, without axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 120
HEIGHT: Final = 32
_LEAST: Final = 2


@dataclass(frozen=True)
class Sparkline:
    """The line, in a box of `WIDTH` by `HEIGHT`.

    Attributes:
        path: of the line, as SVG has it.
        area: of what lies below it.
        numbers: that it shows, for the script that goes on drawing.
    """

    path: str
    area: str
    numbers: str

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Sparkline | None":
        """Return the line of numbers, `None` where there are too few for one."""
        if len(numbers) < _LEAST:
            return None
        path = "L".join(f"{x:g} {y:g}" for x, y in _points(numbers))
        area = f"M0 {HEIGHT}L{path}L{WIDTH} {HEIGHT}Z"
        return cls(f"M{path}", area, " ".join(f"{one:.6g}" for one in numbers))


def _points(numbers: Sequence[float]) -> list[tuple[float, float]]:
    low, high = min(numbers), max(numbers)
    step, room = WIDTH / (len(numbers) - 1), HEIGHT - 4
    return [
        (round(place * step, 1), round(2 + room * _depth(one, low, high), 1))
        for place, one in enumerate(numbers)
    ]


def _depth(number: float, low: float, high: float) -> float:
    """Return how far below the top a number is, 0 to 1; half where all are the same."""
    return (high - number) / (high - low) if high > low else 0.5
