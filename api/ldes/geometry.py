"""A GeoJSON geometry as well-known text, in degrees of longitude and latitude (CRS 84)."""

from collections.abc import Mapping
from typing import Any

from api.ldes.lexical import decimal_text

_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
}


def well_known_text(geometry: Mapping[str, Any] | None) -> str:
    """Return `POINT (4.4 51.2)` and the like; nothing where there is no simple geometry."""
    if not geometry or geometry.get("type") not in _DEPTH:
        return ""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    inner = _nested(coordinates, _DEPTH[kind])
    return f"{kind.upper()} {inner if _DEPTH[kind] else f'({inner})'}"


def _nested(coordinates: Any, depth: int) -> str:
    if depth == 0:
        return " ".join(decimal_text(float(one)) for one in coordinates)
    return "(" + ", ".join(_nested(one, depth - 1) for one in coordinates) + ")"
