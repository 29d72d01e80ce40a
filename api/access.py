"""Who asks: everybody, or a city with its key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from schemas.cities.key_file import KeyFile
from schemas.cities.keys import shown_key
from schemas.errors import NotAllowed


@dataclass(frozen=True)
class Caller:
    """Somebody who asks.

    Attributes:
        cities: slugs of the cities whose restricted streams the caller may read.
    """

    cities: tuple[str, ...] = ()

    def may_read(self, *, city: str, is_open: bool) -> bool:
        """Tell whether a stream of a city is there for this caller."""
        return is_open or city in self.cities


EVERYBODY = Caller()


def caller_of(connection: HTTPConnection) -> Caller:
    """Return who asks, by `Authorization: Bearer` or `X-Api-Key`.

    Raises:
        NotAllowed: a key was shown that opens nothing.
    """
    key = shown_key(connection.headers)
    if key is None:
        return EVERYBODY
    keys: KeyFile = connection.app.state.keys
    city = keys.ring.city_of(key, now=datetime.now(UTC))
    if city is None:
        raise NotAllowed(
            "this key is not known or has expired; leave it out to read what is open to everybody"
        )
    return Caller((city,))


def still_opens(connection: HTTPConnection) -> Callable[[], bool]:
    """Return a question: does the key that was shown open the same as it did, as of now?

    A long answer asks it again and again, as a key may expire or be taken back meanwhile.
    """
    key, keys = shown_key(connection.headers), connection.app.state.keys
    if key is None:
        return _always
    city = keys.ring.city_of(key, now=datetime.now(UTC))
    return lambda: keys.ring.city_of(key, now=datetime.now(UTC)) == city


def _always() -> bool:
    return True
