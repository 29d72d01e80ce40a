"""Addresses of readings: which city, profile and thing an MQTT topic or HTTP path means."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.errors import Misconfigured, ReadingRejected

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MAXIMUM_TOPIC_BYTES: Final = 512


class Address(NamedTuple):
    """What a topic says about a reading.

    Attributes:
        city: slug of the city.
        profile: `vendor/model`.
        thing: name of the thing, `None` where the payload names it.
    """

    city: str
    profile: str
    thing: str | None


class Mapping(NamedTuple):
    """A topic filter that a city pack maps to a profile, for topics that cannot be chosen."""

    city: str
    topic_filter: str
    profile: str


def source_of(address: Address) -> str:
    """Return the topic of an address, which is also the source of an HTTP reading."""
    topic = f"city/{address.city}/{address.profile}"
    return f"{topic}/{address.thing}" if address.thing else topic


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether an MQTT topic filter (`+`, `#`) takes a topic."""
    levels, wanted = topic.split("/"), topic_filter.split("/")
    if levels[0].startswith("$") and wanted[0] in ("+", "#"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(levels) == len(wanted)


def overlap(first: str, second: str) -> bool:
    """Tell whether some topic is taken by both filters."""
    one, two = first.split("/"), second.split("/")
    for place in range(max(len(one), len(two))):
        here = one[place] if place < len(one) else None
        there = two[place] if place < len(two) else None
        if "#" in (here, there):
            return True
        if here is None or there is None:
            return False
        if here != there and "+" not in (here, there):
            return False
    return True


def check_filter(topic_filter: str, *, owner: str) -> None:
    """Refuse a topic filter that MQTT or the rules of isolation do not allow.

    Raises:
        Misconfigured: with the filter, whose it is, and the rule.
    """
    levels = topic_filter.split("/")
    if not topic_filter or not topic_filter.isprintable():
        raise Misconfigured(f"city {owner}: a topic filter is empty or has control characters")
    if levels[0] in ("+", "#", "city", "live") or levels[0].startswith("$"):
        raise Misconfigured(
            f"city {owner}: the topic filter {topic_filter!r} must begin with a fixed word other "
            "than 'city' and 'live', so that it cannot reach into other cities"
        )
    for place, level in enumerate(levels):
        alone = level in ("+", "#") or not ("+" in level or "#" in level)
        if not alone or (level == "#" and place != len(levels) - 1):
            raise Misconfigured(
                f"city {owner}: in the topic filter {topic_filter!r}, '+' and '#' must stand "
                "alone between slashes, and '#' must be last"
            )


class Routes:
    """Finds the address of a topic: below `city/`, or by the filters that city packs map."""

    def __init__(self, cities: Iterable[str], mappings: Iterable[Mapping] = ()) -> None:
        """Check the filters against each other.

        Raises:
            Misconfigured: a filter is not allowed, or those of two cities overlap.
        """
        self.cities = frozenset(cities)
        self.mappings = tuple(mappings)
        for mapping in self.mappings:
            check_filter(mapping.topic_filter, owner=mapping.city)
        _refuse_overlaps(self.mappings)

    def filters(self) -> list[str]:
        """Return the filters that take in every reading."""
        return ["city/#", *(mapping.topic_filter for mapping in self.mappings)]

    def address(self, topic: str) -> Address:
        """Return what a topic means.

        Raises:
            ReadingRejected: `topic.…`, with a sentence for the owner of the device.
        """
        if topic.startswith("city/"):
            return self._below_city(topic)
        for mapping in self.mappings:
            if matches(mapping.topic_filter, topic):
                return Address(mapping.city, mapping.profile, None)
        raise ReadingRejected("topic.unmapped", "no city maps this topic to a profile")

    def _below_city(self, topic: str) -> Address:
        levels = topic.split("/")
        if len(topic.encode(errors="replace")) > MAXIMUM_TOPIC_BYTES or len(levels) not in (4, 5):
            raise ReadingRejected(
                "topic.malformed", "the topic is not city/{city}/{vendor}/{model}/{thing}"
            )
        for level in levels[1:]:
            if not NAME.fullmatch(level):
                raise ReadingRejected(
                    "topic.name",
                    "names in a topic are at most 64 letters a-z, digits and dashes, and begin "
                    "with a letter or digit",
                )
        city, vendor, model, *thing = levels[1:]
        if city not in self.cities:
            raise ReadingRejected("topic.unknown-city", "no city of this name is connected here")
        return Address(city, f"{vendor}/{model}", thing[0] if thing else None)


def _refuse_overlaps(mappings: tuple[Mapping, ...]) -> None:
    for place, one in enumerate(mappings):
        for two in mappings[place + 1 :]:
            if one.city != two.city and overlap(one.topic_filter, two.topic_filter):
                raise Misconfigured(
                    f"the topic filters {one.topic_filter!r} of city {one.city} and "
                    f"{two.topic_filter!r} of city {two.city} overlap: a reading must belong to "
                    "one city; make one of them narrower"
                )
