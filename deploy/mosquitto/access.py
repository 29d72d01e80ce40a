"""Who may write what at the MQTT broker: Mosquitto's access file, and the rules for its names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.errors import Misconfigured
from schemas.topics import Mapping as TopicMapping
from schemas.topics import Routes

GATEWAY = "gateway"
LIVE = "live"
"""Who republishes what is open."""

PUBLIC = "public"
"""Anybody, for reading what is open; the password is the same word."""

_READ = "topic read live/#"
# No slash above all: it would span levels of a topic wherever a rule names the user.
_USERNAME = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class CityAccess:
    """A city's users at the broker, and where they may write.

    They write below `city/{city}/` and to the city's further topic filters, and nowhere else; of
    what they subscribe to, only what is open and live is heard.

    Attributes:
        city: the city's slug.
        users: passwords by user name, which is `{city}.{client}`.
        filters: further MQTT topic filters of the city's pack.
    """

    city: str
    users: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()


def check_access(cities: Sequence[CityAccess]) -> None:
    """Refuse what would let one city's device write as another's.

    Raises:
        Misconfigured: a user name or a topic filter is not allowed, or filters of two cities
            overlap; the sentence says which.
    """
    slugs = [city.city for city in cities]
    if len(set(slugs)) < len(slugs):
        raise Misconfigured(f"a city is listed twice among {', '.join(slugs)}")
    for city in cities:
        for name in city.users:
            _check_username(name, city.city)
        for topic_filter in city.filters:
            _check_spaces(topic_filter, city.city)
    Routes(slugs, [TopicMapping(city.city, one, "") for city in cities for one in city.filters])


def access_file(cities: Sequence[CityAccess]) -> str:
    """Return the text of Mosquitto's access file; what no line allows is forbidden.

    Raises:
        Misconfigured: as `check_access` does.
    """
    check_access(cities)
    ours = [
        *(f"user {GATEWAY}", "topic read #", "topic read $SYS/#"),
        *(f"user {LIVE}", "topic write live/#"),
        *(f"user {PUBLIC}", _READ),
    ]
    return "\n".join([*ours, *(line for city in cities for line in _lines(city)), ""])


def _lines(city: CityAccess) -> list[str]:
    filters = (f"city/{city.city}/#", *city.filters)
    writes = [f"topic write {one}" for one in filters]
    return [line for name in sorted(city.users) for line in (f"user {name}", _READ, *writes)]


def _check_username(name: str, city: str) -> None:
    if not _USERNAME.fullmatch(name) or name.partition(".")[0] != city:
        raise Misconfigured(
            f"the MQTT user name {name!r} is not {city}.CLIENT, with CLIENT made of a-z, 0-9 "
            "and dashes"
        )


def _check_spaces(topic_filter: str, city: str) -> None:
    if topic_filter != topic_filter.strip():
        raise Misconfigured(f"city {city}: the topic filter {topic_filter!r} has spaces around it")
