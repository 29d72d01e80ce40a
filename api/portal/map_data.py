"""What the map shows: things with a place, and what each of their datastreams said last."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeGuard

import msgspec

from api.portal.announcements import Announcement
from api.portal.outline import outline
from api.portal.streams import Stream

Kind: TypeAlias = tuple[str, str, str, int]
"""What datastreams have in common: theme, label, unit and interval in seconds."""

_EXACT: Final = 1 << 53


def map_json(
    streams: Sequence[Stream],
    announced: Sequence[Announcement],
    cities: Mapping[str, str],
    *,
    after: int,
) -> bytes:
    """Return the map's data as JSON, small enough for thousands of things.

    What many datastreams have in common is written once, as a kind `[theme, label, unit,
    interval]`; a stream is the list `[id, kind, value, seconds, state, flags]`, in which a number
    is written by the page and flags are left out where there are none. What is announced has no
    streams.

    Args:
        streams: those to be shown; what has no place is left out.
        announced: things that have none yet.
        cities: names of the cities, by slug.
        after: sequence up to which all is in it.
    """
    placed = [one for one in streams if _is_placed(one)]
    waiting = [one for one in announced if _is_placed(one)]
    kinds: dict[Kind, int] = {}
    things: dict[int, dict[str, Any]] = {}
    for one in placed:
        thing = things.setdefault(one.thing_id, _thing(one))
        kind = (one.theme, one.label, one.unit, one.interval_seconds)
        thing["streams"].append(_stream(one, kinds.setdefault(kind, len(kinds))))
    things |= {one.thing_id: _thing(one) for one in waiting}
    return msgspec.json.encode(
        {
            "kinds": list(kinds),
            "cities": _cities([*placed, *waiting], cities),
            "things": list(things.values()),
            "after": after,
        }
    )


def _is_placed(one: Stream | Announcement) -> bool:
    return one.longitude is not None and one.latitude is not None


def _thing(one: Stream | Announcement) -> dict[str, Any]:
    return {
        "id": one.thing_id,
        "title": one.thing,
        "at": [one.longitude, one.latitude],
        "streams": [],
    }


def _stream(stream: Stream, kind: int) -> list[Any]:
    value = _short(stream.number) if _is_number(stream.number) else stream.value
    time = math.floor(stream.time.timestamp()) if stream.time else None
    flags = [[flag.code for flag in stream.flags]] if stream.flags else []
    return [stream.datastream_id, kind, value, time, stream.state, *flags]


def _is_number(number: float | None) -> TypeGuard[float]:
    return number is not None and math.isfinite(number)


def _short(number: float) -> float:
    """Return a number that JSON writes without a point where none is needed."""
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _cities(
    placed: Sequence[Stream | Announcement], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    places: dict[str, set[tuple[float, float]]] = {}
    for one in placed:
        if one.longitude is not None and one.latitude is not None:
            places.setdefault(one.city, set()).add((one.longitude, one.latitude))
    return [
        {"slug": city, "name": names.get(city, city), "outline": outline(known)}
        for city, known in places.items()
    ]
