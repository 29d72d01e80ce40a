"""Places that payloads tell, as longitude and latitude in WGS 84."""

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from schemas.errors import ReadingRejected
from schemas.interpreter.lambert import lambert_72_to_wgs84, lambert_2008_to_wgs84
from schemas.interpreter.phenomenon_time import compile_paths, first_path
from schemas.interpreter.results import number_in
from schemas.language.paths import MISSING, compile_path
from schemas.language.plain_numbers import Decimal
from schemas.language.profile_parts import Place

Position: TypeAlias = tuple[float, float]
WhereIs: TypeAlias = Callable[[Any], Position | None]

# Seven decimals are a centimetre.
_DECIMALS: Final = 7
_REACH: Final = 10_000_000.0
_TO_WGS84: Final[dict[str, Callable[[float, float], Position]]] = {
    "EPSG:4326": lambda longitude, latitude: (longitude, latitude),
    "EPSG:31370": lambert_72_to_wgs84,
    "EPSG:3812": lambert_2008_to_wgs84,
}


def compile_place(place: Place, decimal: Decimal) -> WhereIs:
    """Return a function from a document to its place, `None` when it tells none.

    The function raises ReadingRejected for a place that is none, such as latitude 91.
    """
    if place.geojson is not None:
        return _geojson(place.geojson)
    get_x, get_y = compile_paths(place.x or ""), compile_paths(place.y or "")
    number, where, convert = number_in(decimal), first_path(place.x or ""), _TO_WGS84[place.crs]

    def where_is(document: Any) -> Position | None:
        try:
            x, y = number(get_x(document)), number(get_y(document))
        except ReadingRejected as rejected:
            raise ReadingRejected(rejected.reason, rejected.detail, where) from rejected
        return None if x is None or y is None else _checked(x, y, convert, where)

    return where_is


def _geojson(path: str) -> WhereIs:
    get = compile_path(path)

    def where_is(document: Any) -> Position | None:
        found = get(document)
        if found is MISSING or found is None:
            return None
        point = found.get("coordinates") if type(found) is dict else found
        is_point = type(found) is not dict or found.get("type") == "Point"
        if type(point) is not list or len(point) < 2 or not is_point:  # noqa: PLR2004 - x and y
            raise ReadingRejected("field.place", "no GeoJSON point is there", path)
        if any(type(number) not in (int, float) for number in point[:2]):
            raise ReadingRejected("field.place", "its coordinates are no numbers", path)
        return _checked(point[0], point[1], _TO_WGS84["EPSG:4326"], path)

    return where_is


def _checked(
    x: float, y: float, convert: Callable[[float, float], Position], where: str
) -> Position | None:
    """Return the place; 0, 0 is what a receiver without a fix says, and no place."""
    if x == 0 and y == 0:
        return None
    if not (abs(x) < _REACH and abs(y) < _REACH):
        raise ReadingRejected("field.place", f"{x}, {y} is no place", where)
    longitude, latitude = convert(x, y)
    if not (math.isfinite(longitude) and abs(longitude) <= 180 and abs(latitude) <= 90):  # noqa: PLR2004
        raise ReadingRejected("field.place", f"{x}, {y} is no place", where)
    return round(longitude, _DECIMALS), round(latitude, _DECIMALS)
