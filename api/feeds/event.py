"""An event of a feed: something was said for the first time, anew, or no longer holds."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from api.iris import Iris
from api.ldes import lexical

Activity: TypeAlias = Literal["create", "update", "delete"]

CATALOGUE: Final = "catalogue"
"""Feed of the catalogue: what is listed, as activities about it (DCAT-AP Feeds)."""

VOCABULARY: Final = "vocabulary"
"""Feed of what all cities share: observed properties and models. A city's feed has its slug."""

SUBJECT: Final = "\x00subject\x00"
MARK: Final = "\x00mark\x00"
"""Holes in a description; no literal has them, as control characters are escaped."""

_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Change:
    """What is to be said.

    Attributes:
        subject: what it is about: an IRI, or an address below the base IRI.
        digest: of what it was described from.
        description: N-Triples without what tells of the event itself; empty for a deletion. Of an
            entity it has holes where its version, and the marks of its blank nodes, will stand.
    """

    feed: str
    subject: str
    activity: Activity
    digest: bytes
    description: str

    def described(self, iris: Iris, position: int) -> str:
        """Return the description of the event at a position of its feed."""
        version = lexical.iri(iris.version(self.subject, position))
        return self.description.replace(SUBJECT, version).replace(MARK, str(position))


@dataclass(frozen=True)
class Event:
    """What was said, and when.

    Attributes:
        position: in its feed, counted from 1.
        published_at: later than that of the position before.
    """

    feed: str
    position: int
    published_at: datetime
    subject: str
    activity: Activity
    description: str

    @property
    def is_activity(self) -> bool:
        """Whether it is told as an activity about its subject, and not as a version of it."""
        return self.feed == CATALOGUE


def digest_of(text: str) -> bytes:
    """Return what tells a description from another."""
    return hashlib.sha256(text.encode()).digest()[:16]


def times(count: int, *, last: datetime | None, now: datetime) -> Sequence[datetime]:
    """Return when events are published: a millisecond each, after the last one, not after now.

    Only a feed with an event in each millisecond would run ahead of the clock.
    """
    now = now.astimezone(UTC)
    ends = now - timedelta(microseconds=now.microsecond % 1000)
    begin = ends - (count - 1) * _MILLISECOND
    if last is not None:
        begin = max(begin, last + _MILLISECOND)
    return [begin + place * _MILLISECOND for place in range(count)]
