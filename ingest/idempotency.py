"""What was answered under an Idempotency-Key, so that a repetition produces nothing again."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from ingest.http_problems import Problem
from ingest.http_window import Delivery

_LONGEST_KEY = 255


class Accepted(NamedTuple):
    """A request whose items were put: readings, or the dead letter of what is too large.

    Attributes:
        status: HTTP status of the answer.
        content: JSON of the answer.
        media_type: of the content.
        delivery: tells when the items are safe; until then nothing is answered.
    """

    status: int
    content: bytes
    media_type: str
    delivery: Delivery


class IdempotencyMemory:
    """Remembers in this process only: after a restart a repetition is new.

    Args:
        seconds: how long a key is remembered.
        keys: most keys remembered.
        clock: monotonic seconds.
    """

    def __init__(
        self, *, seconds: float, keys: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._keys, self._clock = seconds, keys, clock
        self._known: OrderedDict[tuple[str, str], tuple[float, bytes, Accepted]] = OrderedDict()

    def recall(self, city: str, key: str, fingerprint: bytes) -> Accepted | None:
        """Return what was accepted under a key.

        Raises:
            Problem: 422, the key was used for another request.
        """
        while self._known and next(iter(self._known.values()))[0] < self._clock():
            self._known.popitem(last=False)
        _, earlier, accepted = self._known.get((city, key), (0.0, b"", None))
        if accepted is not None and earlier != fingerprint:
            detail = "this Idempotency-Key was used for another request"
            raise Problem(422, "idempotency.reused", detail)
        return accepted

    def remember(self, city: str, key: str, fingerprint: bytes, accepted: Accepted) -> None:
        """Keep what was accepted under a key."""
        self._known[city, key] = self._clock() + self._seconds, fingerprint, accepted
        if len(self._known) > self._keys:
            self._known.popitem(last=False)


def check_key(key: str) -> None:
    """Refuse an Idempotency-Key that is none.

    Raises:
        Problem: 400, with the rule.
    """
    if not (key.isascii() and key.isprintable() and len(key) <= _LONGEST_KEY and key.strip()):
        detail = f"an Idempotency-Key has 1 to {_LONGEST_KEY} printable ASCII characters"
        raise Problem(400, "idempotency.malformed", detail)
