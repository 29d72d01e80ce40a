"""The key file, read again when it changes, so that a key taken back opens nothing."""

import logging
import os
from pathlib import Path
from typing import Final, TypeAlias

from schemas.cities.keys import KeyRing
from schemas.errors import Misconfigured

_log = logging.getLogger(__name__)

_Version: TypeAlias = tuple[int, int, int]
_MISSING: Final[_Version] = (0, 0, 0)


class KeyFile:
    """The keys in a file that the `stadspuls` command keeps.

    While the file cannot be read, perhaps half written, the last keys stay; the log says so once.

    Args:
        file: a missing one has no keys; so has `None`.

    Raises:
        Misconfigured: at the start, the file is not a key file.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._version = self._complained = self._look()
        self._ring = KeyRing.load(file) if file else KeyRing()

    @property
    def ring(self) -> KeyRing:
        """The keys as they are now."""
        version = self._look()
        if self._file and version != self._version:
            try:
                self._ring, self._version = KeyRing.load(self._file), version
            except (Misconfigured, OSError) as error:
                if version != self._complained:
                    self._complained = version
                    _log.error("the keys stay as they were: %s", error)
        return self._ring

    def _look(self) -> _Version:
        try:
            state = os.stat(self._file) if self._file else None  # noqa: PTH116, hot path
        except OSError:
            return _MISSING
        return (state.st_mtime_ns, state.st_size, state.st_ino) if state else _MISSING
