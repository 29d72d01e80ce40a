"""Times as all interfaces write them: ISO 8601, UTC, and intervals with a slash."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_REMEMBERED: Final = 1024
"""What is published one behind the other mostly bears the same few times."""


@lru_cache(_REMEMBERED)
def instant_text(time: datetime) -> str:
    """Return `2026-01-01T09:00:00Z`; fractions only where there are any."""
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat()[: -len("+00:00")] + "Z"


@lru_cache(_REMEMBERED)
def compact_text(time: datetime) -> str:
    """Return `20260101T090000Z`, the same without its punctuation."""
    return instant_text(time).replace("-", "").replace(":", "")


def interval_text(start: datetime, end: datetime) -> str:
    """Return `start/end`."""
    return f"{instant_text(start)}/{instant_text(end)}"


def parse_instant(text: str) -> datetime:
    """Return the time that a text means; without a zone it is UTC.

    Raises:
        ValueError: it is no time, or one that the calendar cannot hold.
    """
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError("beyond the calendar") from beyond
