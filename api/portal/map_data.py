"""What the map shows: things with a place, and what each of their datastreams said last."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from api.portal.outline import outline
from api.portal.streams import Stream


def map_json(
    streams: Sequence[Stream], cities: Mapping[str, str], *, after: int, time: float
) -> bytes:
    """Return the map's data as JSON.

    Properties are written once and named by their place in a list; a stream is the list
    `[id, property, label, value, seconds, interval, flags, state, unit]`.

    Args:
        streams: those to be shown; what has no place is left out.
        cities: names of the cities, by slug.
        after: sequence up to which all is in it.
        time: when that was, in seconds.
    """
    placed = [one for one in streams if one.longitude is not None and one.latitude is not None]
    themes = list(dict.fromkeys(one.theme for one in placed))
    things: dict[int, dict[str, Any]] = {}
    for one in placed:
        thing = things.setdefault(one.thing_id, _thing(one))
        thing["streams"].append(_stream(one, themes.index(one.theme)))
    return msgspec.json.encode(
        {
            "themes": themes,
            "cities": _cities(placed, cities),
            "things": list(things.values()),
            "after": after,
            "time": time,
        }
    )


def _thing(stream: Stream) -> dict[str, Any]:
    return {
        "id": stream.thing_id,
        "title": stream.thing,
        "at": [stream.longitude, stream.latitude],
        "streams": [],
    }


def _stream(stream: Stream, theme: int) -> list[Any]:
    return [
        stream.datastream_id,
        theme,
        stream.label,
        stream.value,
        stream.time.timestamp() if stream.time else None,
        stream.interval_seconds,
        [flag.code for flag in stream.flags],
        stream.state,
        stream.unit,
    ]


def _cities(streams: Sequence[Stream], names: Mapping[str, str]) -> list[dict[str, Any]]:
    places: dict[str, set[tuple[float, float]]] = {}
    for one in streams:
        if one.longitude is not None and one.latitude is not None:
            places.setdefault(one.city, set()).add((one.longitude, one.latitude))
    return [
        {"slug": city, "name": names.get(city, city), "outline": outline(known)}
        for city, known in places.items()
    ]
