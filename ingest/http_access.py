"""Who may send for which city over HTTP: the holder of one of its keys."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ingest.http_problems import Problem
from ingest.trouble import Trouble
from schemas.cities.keys import KeyRing
from schemas.errors import Misconfigured

_log = logging.getLogger(__name__)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="stadspuls"'}


def _now() -> datetime:
    return datetime.now(UTC)


class Access:
    """The keys in a file, read again when it changes, so that a revoked key opens nothing.

    Raises:
        Misconfigured: the file is not a key file.
    """

    def __init__(self, keys_file: Path, *, now: Callable[[], datetime] = _now) -> None:
        self._file, self._now = keys_file, now
        self._trouble = Trouble(_log)
        self._version = self._file_version()
        self._keys = KeyRing.load(keys_file)

    @property
    def ring(self) -> KeyRing:
        """The keys as they are now."""
        self._read_again()
        return self._keys

    def require(self, headers: Mapping[str, str], city: str) -> None:
        """Let the holder of a city's key pass.

        Raises:
            Problem: 401 without a valid key, 403 with another city's.
        """
        self._read_again()
        key = _key(headers)
        if not key:
            raise Problem(401, "key.missing", "send the city's key as a Bearer token", _CHALLENGE)
        owner = self._keys.city_of(key, now=self._now())
        if owner is None:
            raise Problem(401, "key.unknown", "this key is not known, or expired", _CHALLENGE)
        if owner != city:
            raise Problem(403, "key.other-city", "this key belongs to another city")

    def _read_again(self) -> None:
        version = self._file_version()
        if version == self._version:
            return
        try:
            self._keys, self._version = KeyRing.load(self._file), version
        except (Misconfigured, OSError) as error:
            # Half written, perhaps: what was good stays good until the file can be read.
            self._trouble.tell("keys.unreadable", error=error)

    def _file_version(self) -> tuple[int, int, int]:
        try:
            status = self._file.stat()
        except OSError:
            return 0, 0, 0
        return status.st_mtime_ns, status.st_size, status.st_ino


def _key(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key", "").strip()
