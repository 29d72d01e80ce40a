"""Who asks: everybody, or a city with its key."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import HTTPConnection

from schemas.cities.keys import KeyRing
from schemas.errors import Misconfigured, NotAllowed

_log = logging.getLogger(__name__)

_Version = tuple[int, int, int] | None


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


class KeyFile:
    """The key ring in a file, read again when the file has changed.

    Raises:
        Misconfigured: at the start, the file is not a key file. Later the last good one stays.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._version = self._look()
        self._ring = KeyRing.load(file) if file else KeyRing()

    @property
    def ring(self) -> KeyRing:
        """The keys as they are now."""
        version = self._look()
        if self._file and version != self._version:
            self._version = version
            try:
                self._ring = KeyRing.load(self._file)
            except (Misconfigured, OSError) as error:
                _log.error("the keys stay as they were: %s", error)
        return self._ring

    def _look(self) -> _Version:
        try:
            state = os.stat(self._file) if self._file else None  # noqa: PTH116, hot path
        except OSError:
            return None
        return (state.st_mtime_ns, state.st_size, state.st_ino) if state else None


def caller_of(connection: HTTPConnection) -> Caller:
    """Return who asks, by `Authorization: Bearer` or `X-Api-Key`.

    Raises:
        NotAllowed: a key was shown that opens nothing.
    """
    key = _key(connection)
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
    key, keys = _key(connection), connection.app.state.keys
    if key is None:
        return lambda: True
    city = keys.ring.city_of(key, now=datetime.now(UTC))
    return lambda: keys.ring.city_of(key, now=datetime.now(UTC)) == city


def _key(connection: HTTPConnection) -> str | None:
    header = connection.headers.get("authorization", "")
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    return connection.headers.get("x-api-key")
