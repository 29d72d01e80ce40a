"""The values of a sample, with their paths; which of them is the time, the thing, the place."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from deploy.field_names import LATITUDE, LONGITUDE, PERSONAL, THING_NAME, TIME_NAME, VALUE_NAME

_LEAVES_LIMIT: Final = 80
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_OFFSET: Final = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
_LOCAL: Final = re.compile(r"\d\d([-/.])\d\d\1\d{4}([T ])?(\d\d:\d\d)?(:\d\d)?")
_UTC_NAME: Final = re.compile(r"utc|gmt", re.IGNORECASE)


class Leaf(NamedTuple):
    """A value of the sample.

    Attributes:
        path: where it is.
        name: what it is called; a `value` is called as what holds it.
        value: what lies there.
        holder: path of the object that it is in, empty for the outermost.
    """

    path: str
    name: str
    value: Any
    holder: str = ""

    @property
    def depth(self) -> int:
        """How many objects it lies in."""
        return self.holder.count(".") + bool(self.holder)


def leaves_of(node: Any) -> list[Leaf]:
    """Return the values of a document, but none of its lists."""
    return list(_leaves(node, "", ""))[:_LEAVES_LIMIT]


def step(key: str) -> str:
    """Return a key as a step of a path."""
    return key if re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) else f'"{key}"'


def time_of(leaves: list[Leaf]) -> Leaf | None:
    """Return a time: of some that are so named, the first; else any that is so written."""
    found = [leaf for leaf in leaves if clock_of(leaf)]
    return next((leaf for leaf in found if TIME_NAME.search(leaf.name)), next(iter(found), None))


def clock_of(leaf: Leaf) -> dict[str, Any]:
    """Return how a time is written, nothing when it is none."""
    value = leaf.value
    if type(value) is str and _DATE.match(value):
        zone = "UTC" if _UTC_NAME.search(leaf.name) else "city"
        return {"path": leaf.path, **({} if _OFFSET.search(value) else {"zone": zone})}
    local = _LOCAL.fullmatch(value) if type(value) is str else None
    if local and local[3]:
        clock = "%H:%M:%S" if local[4] else "%H:%M"
        date = f"%d{local[1]}%m{local[1]}%Y{local[2]}"
        return {"path": leaf.path, "format": date + clock, "zone": "city"}
    for name, low in (("unix", 1e9), ("unix-milliseconds", 1e12)):
        if type(value) in (int, float) and low <= value < 4 * low and leaf.name != "id":
            return {"path": leaf.path, "format": name}
    return {}


def date_and_time_of(leaves: list[Leaf]) -> dict[str, Any]:
    """Return how a day and the time of day are written in two fields, nothing without them."""
    days = [leaf for leaf in leaves if type(leaf.value) is str and _LOCAL.fullmatch(leaf.value)]
    clocks = [
        leaf
        for leaf in leaves
        if type(leaf.value) is str and re.fullmatch(r"\d\d:\d\d(:\d\d)?", leaf.value)
    ]
    if not days or not clocks:
        return {}
    mark = days[0].value[2]
    written = "%H:%M:%S" if clocks[0].value.count(":") > 1 else "%H:%M"
    return {
        "path": days[0].path,
        "time_of_day": clocks[0].path,
        "format": f"%d{mark}%m{mark}%Y {written}",
        "zone": "city",
    }


def thing_of(leaves: list[Leaf]) -> Leaf | None:
    """Return what names the thing: a field that is so called, the outermost first."""
    named = [
        leaf
        for leaf in leaves
        if type(leaf.value) in (str, int)
        and THING_NAME.search(leaf.name)
        and not PERSONAL.search(leaf.name)
    ]
    return min(named, key=lambda leaf: leaf.depth, default=None)


def place_of(item: Any, leaves: list[Leaf]) -> dict[str, str]:
    """Return where the place is, nothing without one."""
    x = next((leaf.path for leaf in leaves if LONGITUDE.search(leaf.name)), None)
    y = next((leaf.path for leaf in leaves if LATITUDE.search(leaf.name)), None)
    if x and y:
        return {"x": x, "y": y}
    point = next(iter(_points(item, "")), None)
    return {"geojson": point} if point else {}


def _leaves(node: Any, path: str, above: str) -> Iterator[Leaf]:
    if type(node) is not dict:
        return
    for key, value in node.items():
        here = f"{path}.{step(key)}".lstrip(".")
        if type(value) is dict:
            yield from _leaves(value, here, above if above and VALUE_NAME.fullmatch(key) else key)
        elif type(value) in (str, int, float, bool):
            yield Leaf(here, above if above and VALUE_NAME.fullmatch(key) else key, value, path)


def _points(node: Any, path: str) -> Iterator[str]:
    if type(node) is not dict:
        return
    if node.get("type") == "Point" and type(node.get("coordinates")) is list and path:
        yield path
    for key, value in node.items():
        yield from _points(value, f"{path}.{step(key)}".lstrip("."))
