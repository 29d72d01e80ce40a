"""What a live client wants to hear of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from api.access import Caller
from api.datastreams import Facts
from api.exports.wishes import datastream_id
from api.quality import unwanted_flags, wanted_flags
from api.queries import Query, check_names, value_of, values_of
from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary

PARAMETERS: Final = {
    "city": "slugs of cities",
    "theme": "slugs of themes",
    "datastream": "ids of datastreams",
    "observedProperty": "codes of observed properties",
    "thing": "names of things, or their ids",
    "bbox": "west,south,east,north in degrees; only things whose place is known",
    "quality": "`good`, or codes or severities of flags whose observations are left out",
    "flag": "codes or severities of flags: only what has one of them",
    "lastEventId": "goes on behind this sequence, where `Last-Event-ID` cannot be sent",
}
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a live client wants to hear of; an empty set is no condition.

    Two clients with equal filters are served by one write.
    """

    caller: Caller
    cities: frozenset[str] = field(default_factory=frozenset)
    themes: frozenset[str] = field(default_factory=frozenset)
    datastreams: frozenset[int] = field(default_factory=frozenset)
    observed_properties: frozenset[str] = field(default_factory=frozenset)
    things: frozenset[str] = field(default_factory=frozenset)
    box: Box | None = None
    unwanted: frozenset[str] = field(default_factory=frozenset)
    flagged: frozenset[str] | None = None

    def takes_quality(self, quality: tuple[str, ...]) -> bool:
        """Tell whether an observation with these flags is wanted."""
        if self.flagged is not None and self.flagged.isdisjoint(quality):
            return False
        return self.unwanted.isdisjoint(quality)

    def takes(self, facts: Facts) -> bool:
        """Tell whether a datastream is wanted, and there for this client."""
        return (
            self.caller.may_read(city=facts.city, is_open=facts.open)
            and (not self.cities or facts.city in self.cities)
            and (not self.themes or facts.theme in self.themes)
            and (not self.datastreams or facts.datastream_id in self.datastreams)
            and (
                not self.observed_properties or facts.observed_property in self.observed_properties
            )
            and (not self.things or not self.things.isdisjoint((facts.thing, str(facts.thing_id))))
            and (self.box is None or _within(self.box, facts))
        )


def filter_of(query: Query, caller: Caller, vocabulary: Vocabulary) -> Filter:
    """Return what a query string wants to hear of.

    Raises:
        QueryRejected: a parameter is not known or says nothing.
        NotFound: a datastream that cannot be.
    """
    check_names(query, PARAMETERS)
    return Filter(
        caller=caller,
        cities=frozenset(values_of(query, "city")),
        themes=frozenset(values_of(query, "theme")),
        datastreams=frozenset(map(datastream_id, values_of(query, "datastream"))),
        observed_properties=frozenset(values_of(query, "observedProperty")),
        things=frozenset(values_of(query, "thing")),
        box=_box(values_of(query, "bbox")),
        unwanted=unwanted_flags(values_of(query, "quality"), vocabulary),
        flagged=wanted_flags(values_of(query, "flag"), vocabulary),
    )


def last_event_id(query: Query, header: str | None) -> int | None:
    """Return where a client left off, by its header or by its address.

    Raises:
        QueryRejected: it is no number that we gave.
    """
    value = header or value_of(query, "lastEventId")
    if not value:
        return None
    if not (value.isascii() and value.isdigit()) or int(value[:20]) >= 1 << 63:
        raise QueryRejected(f"{value[:40]!r} is no id of an event")
    return int(value[:20])


def _box(values: Sequence[str]) -> Box | None:
    if not values:
        return None
    try:
        west, south, east, north = map(float, values)
    except ValueError as invalid:
        raise QueryRejected("bbox is west,south,east,north in degrees") from invalid
    if not all(map(math.isfinite, (west, south, east, north))) or west > east or south > north:
        raise QueryRejected("bbox is west,south,east,north: west <= east and south <= north")
    return (west, south, east, north)


def _within(box: Box, facts: Facts) -> bool:
    if facts.longitude is None or facts.latitude is None:
        return False
    west, south, east, north = box
    return west <= facts.longitude <= east and south <= facts.latitude <= north
