"""Belgian Lambert coordinates to WGS 84: closed formulas, good to half a metre.

Lambert 2008 (EPSG:3812) stands on ETRS89, which is WGS 84 to within the accuracy of a phone.
Lambert 72 (EPSG:31370) stands on BD72; the NGI's seven parameters lead from it to ETRS89, within
0.5 m of the NGI's correction grid. A city that needs centimetres gives WGS 84 in its pack.
Formulas: IOGP Guidance Note 7-2, Lambert Conic Conformal (2SP) and position vector.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_TURNS: Final = 6
_SECOND: Final = math.pi / 180 / 3600


@dataclass(frozen=True)
class Ellipsoid:
    """Semi-major axis in metres, and inverse flattening."""

    a: float
    inverse_flattening: float

    @cached_property
    def e2(self) -> float:
        """The square of the eccentricity."""
        f = 1 / self.inverse_flattening
        return 2 * f - f * f


@dataclass(frozen=True)
class Lambert:
    """A Lambert conic conformal projection with two parallels; degrees and metres."""

    ellipsoid: Ellipsoid
    parallels: tuple[float, float]
    origin_latitude: float
    origin_longitude: float
    false_easting: float
    false_northing: float

    def geographic(self, easting: float, northing: float) -> tuple[float, float]:
        """Return longitude and latitude on the ellipsoid, in radians."""
        n, f, r0 = self._cone
        e = math.sqrt(self.ellipsoid.e2)
        x, y = easting - self.false_easting, r0 - (northing - self.false_northing)
        t = (math.hypot(x, y) / (self.ellipsoid.a * f)) ** (1 / n)
        latitude = math.pi / 2 - 2 * math.atan(t)
        for _ in range(_TURNS):
            s = e * math.sin(latitude)
            latitude = math.pi / 2 - 2 * math.atan(t * ((1 - s) / (1 + s)) ** (e / 2))
        return math.atan2(x, y) / n + math.radians(self.origin_longitude), latitude

    @cached_property
    def _cone(self) -> tuple[float, float, float]:
        first, second = (math.radians(parallel) for parallel in self.parallels)
        m1, m2 = self._m(first), self._m(second)
        t1, t2 = self._t(first), self._t(second)
        n = (math.log(m1) - math.log(m2)) / (math.log(t1) - math.log(t2))
        f = m1 / (n * t1**n)
        r0 = self.ellipsoid.a * f * self._t(math.radians(self.origin_latitude)) ** n
        return n, f, r0

    def _m(self, latitude: float) -> float:
        return math.cos(latitude) / math.sqrt(1 - self.ellipsoid.e2 * math.sin(latitude) ** 2)

    def _t(self, latitude: float) -> float:
        if latitude >= math.pi / 2:
            return 0.0
        e = math.sqrt(self.ellipsoid.e2)
        s = e * math.sin(latitude)
        return math.tan(math.pi / 4 - latitude / 2) / math.pow((1 - s) / (1 + s), e / 2)


GRS80: Final = Ellipsoid(6378137.0, 298.257222101)
HAYFORD: Final = Ellipsoid(6378388.0, 297.0)
LAMBERT_72: Final = Lambert(
    HAYFORD, (51.16666723333333, 49.8333339), 90.0, 4.367486666666666, 150000.013, 5400088.438
)
LAMBERT_2008: Final = Lambert(
    GRS80, (49.83333333333334, 51.16666666666666), 50.797815, 4.359215833333333, 649328.0, 665262.0
)
# From BD72 to ETRS89: metres, seconds of arc, parts per million.
_SHIFT: Final = (-106.8686, 52.2978, -103.7239)
_ROTATION: Final = (0.3366, -0.457, 1.8422)
_SCALE: Final = -1.2747


def lambert_72_to_wgs84(easting: float, northing: float) -> tuple[float, float]:
    """Return longitude and latitude in degrees of a place in EPSG:31370."""
    return _shifted(*LAMBERT_72.geographic(easting, northing))


def lambert_2008_to_wgs84(easting: float, northing: float) -> tuple[float, float]:
    """Return longitude and latitude in degrees of a place in EPSG:3812."""
    longitude, latitude = LAMBERT_2008.geographic(easting, northing)
    return math.degrees(longitude), math.degrees(latitude)


def _shifted(longitude: float, latitude: float) -> tuple[float, float]:
    nu = HAYFORD.a / math.sqrt(1 - HAYFORD.e2 * math.sin(latitude) ** 2)
    x = nu * math.cos(latitude) * math.cos(longitude)
    y = nu * math.cos(latitude) * math.sin(longitude)
    z = nu * (1 - HAYFORD.e2) * math.sin(latitude)
    rx, ry, rz = (angle * _SECOND for angle in _ROTATION)
    scale, (dx, dy, dz) = 1 + _SCALE * 1e-6, _SHIFT
    return _geodetic(
        dx + scale * (x - rz * y + ry * z),
        dy + scale * (rz * x + y - rx * z),
        dz + scale * (-ry * x + rx * y + z),
    )


def _geodetic(x: float, y: float, z: float) -> tuple[float, float]:
    """Return longitude and latitude in degrees on GRS80, after Bowring."""
    a, e2 = GRS80.a, GRS80.e2
    b = a * math.sqrt(1 - e2)
    p = math.hypot(x, y)
    theta = math.atan2(z * a, p * b)
    up = z + e2 / (1 - e2) * b * math.sin(theta) ** 3
    latitude = math.atan2(up, p - e2 * a * math.cos(theta) ** 3)
    return math.degrees(math.atan2(y, x)), math.degrees(latitude)
