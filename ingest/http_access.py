"""Who may send for which city over HTTP: the holder of one of its keys."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ingest.http_problems import Problem
from schemas.cities.key_file import KeyFile
from schemas.cities.keys import KeyRing, shown_key

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="stadspuls"'}


def _now() -> datetime:
    return datetime.now(UTC)


class Access:
    """What the keys in a file open.

    Raises:
        Misconfigured: the file is not a key file.
    """

    def __init__(self, keys_file: Path, *, now: Callable[[], datetime] = _now) -> None:
        self._keys, self._now = KeyFile(keys_file), now

    @property
    def ring(self) -> KeyRing:
        """The keys as they are now."""
        return self._keys.ring

    def require(self, headers: Mapping[str, str], city: str) -> None:
        """Let the holder of a city's key pass.

        Raises:
            Problem: 401 without a valid key, 403 with another city's.
        """
        key = shown_key(headers)
        if not key:
            raise Problem(401, "key.missing", "send the city's key as a Bearer token", _CHALLENGE)
        owner = self.ring.city_of(key, now=self._now())
        if owner is None:
            raise Problem(401, "key.unknown", "this key is not known, or expired", _CHALLENGE)
        if owner != city:
            raise Problem(403, "key.other-city", "this key belongs to another city")
