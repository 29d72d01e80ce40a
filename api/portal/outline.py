"""What a city covers, as far as its sensors tell: the hull of their places, with room around."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

Place: TypeAlias = tuple[float, float]
"""Longitude and latitude, in degrees."""

_ROOM: Final = 0.15
_LEAST_DEGREES: Final = 0.004
_CORNERS: Final = ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))


def outline(places: Iterable[Place]) -> list[Place]:
    """Return the corners of the outline, counter-clockwise; none without places."""
    known = sorted(set(places))
    if not known:
        return []
    room = max(_ROOM * _extent(known), _LEAST_DEGREES)
    # Room around the outermost is room around all: of thousands few are left to be widened.
    wide = {(x + room * dx, y + room * dy / 1.6) for x, y in _hull(known) for dx, dy in _CORNERS}
    return [(round(x, 5), round(y, 5)) for x, y in _hull(sorted(wide))]


def _hull(points: Sequence[Place]) -> list[Place]:
    """Return the corners of the hull of points in order; of one or two, those."""
    if len(points) < 3:  # noqa: PLR2004, a triangle
        return list(points)
    lower, upper = _chain(points), _chain(reversed(points))
    return [*lower[:-1], *upper[:-1]]


def _extent(places: Sequence[Place]) -> float:
    longitudes, latitudes = [x for x, _ in places], [y for _, y in places]
    return max(max(longitudes) - min(longitudes), max(latitudes) - min(latitudes))


def _chain(points: Iterable[Place]) -> list[Place]:
    """Return one half of the hull of points in order (Andrew's monotone chain)."""
    chain: list[Place] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(first: Place, then: Place, last: Place) -> float:
    return (then[0] - first[0]) * (last[1] - first[1]) - (then[1] - first[1]) * (
        last[0] - first[0]
    )
