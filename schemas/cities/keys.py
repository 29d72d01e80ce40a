"""The keys of the cities: what opens HTTP ingest and a city's restricted streams.

Only hashes are kept. A key is 32 random bytes, so that a plain SHA-256 is enough.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from schemas.errors import Misconfigured


class CityKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A key that was given out.

    Attributes:
        city: slug of the city that it belongs to.
        name: which one, so that it can be rotated.
        sha256: hash of the key, in hexadecimal.
        expires_time: from when on it opens nothing.
    """

    city: str
    name: str
    sha256: str
    expires_time: datetime | None = None


def hash_key(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def shown_key(headers: Mapping[str, str]) -> str | None:
    """Return the key that a request shows, `None` when it shows none.

    An empty key is one that opens nothing: whoever meant to show a key must not be taken for
    everybody.

    Args:
        headers: by names in lower case; `Authorization: Bearer` goes before `X-Api-Key`.
    """
    scheme, _, credentials = headers.get("authorization", "").strip().partition(" ")
    is_bearer = scheme.lower() == "bearer"
    if is_bearer and credentials.strip():
        return credentials.strip()
    key = headers.get("x-api-key", "" if is_bearer else None)
    return None if key is None else key.strip()


class KeyRing:
    """The keys given out, read from a file that the `stadspuls` command keeps."""

    def __init__(self, keys: tuple[CityKey, ...] = ()) -> None:
        """Take the keys as they are."""
        self.keys = keys

    @classmethod
    def load(cls, file: Path) -> "KeyRing":
        """Read a key file (a JSON array); a missing one is an empty ring.

        Raises:
            Misconfigured: the file is not a key file.
        """
        if not file.exists():
            return cls()
        try:
            return cls(msgspec.json.decode(file.read_bytes(), type=tuple[CityKey, ...]))
        except (msgspec.DecodeError, UnicodeDecodeError) as malformed:
            raise Misconfigured(f"{file} is not a key file: {malformed}") from malformed

    def city_of(self, key: str, *, now: datetime) -> str | None:
        """Return the city that a key belongs to, `None` for an unknown or expired one."""
        wanted = hash_key(key)
        found = [one for one in self.keys if hmac.compare_digest(one.sha256, wanted)]
        return next(
            (one.city for one in found if one.expires_time is None or now < one.expires_time), None
        )
