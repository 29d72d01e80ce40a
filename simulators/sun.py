"""Where the sun stands: simple astronomy, good to about half a degree."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from simulators.chance import Numbers
from simulators.local_time import DAY

_J2000 = 946_728_000  # 2000-01-01 12:00 UTC, in seconds since 1970


class Place(NamedTuple):
    """A place on earth, in degrees."""

    longitude: float
    latitude: float


def elevation(seconds: ArrayLike, place: Place) -> Numbers:
    """Return how high the sun stands, in degrees above the horizon, at instants since 1970."""
    days = (np.asarray(seconds, dtype=np.float64) - _J2000) / DAY
    anomaly = np.radians(357.529 + 0.98560028 * days)
    mean_longitude = 280.459 + 0.98564736 * days
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439)
    declination = np.arcsin(np.sin(obliquity) * np.sin(ecliptic))
    ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    sidereal = np.radians(280.46062 + 360.98564737 * days + place.longitude)
    latitude = np.radians(place.latitude)
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(
        declination
    ) * np.cos(sidereal - ascension)
    return np.asarray(np.degrees(np.arcsin(height)), dtype=np.float64)
