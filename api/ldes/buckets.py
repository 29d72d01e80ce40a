"""The inner nodes of a stream's tree: years, months, days and, where it is busy, smaller ones.

A node is named by the ISO 8601 text of its time, cut off: `2026`, `2026-01`, `2026-01-05`,
`2026-01-05T10`, `2026-01-05T10:15`, `2026-01-05T10:15:03`. The root's name is empty.

Pages hang on a day. When a day has `DIRECT` of them, those that follow hang on its hours, and so
on: every node gains children only, none has more than a hundred, and a stream that suddenly runs
faster needs no other tree.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

DIRECT: Final = 40
"""Pages that hang directly on a day, an hour or a minute; its other children are sixty at most."""

_LENGTHS: Final = (4, 7, 10, 13, 16, 19)
_DAY, _SECOND = 10, 19
_STEPS: Final = {
    10: timedelta(days=1),
    13: timedelta(hours=1),
    16: timedelta(minutes=1),
    19: timedelta(seconds=1),
}
_EARLIEST: Final = "0001-01-01T00:00:00"


def bucket_of(time: datetime, pages: Mapping[str, int]) -> str:
    """Return the node on which a page hangs that begins at a time.

    Args:
        time: of its first member, UTC.
        pages: how many pages hang on each node directly.
    """
    name = time.isoformat(timespec="seconds")
    lengths = (length for length in _LENGTHS if length >= _DAY)
    free = (length for length in lengths if pages.get(name[:length], 0) < DIRECT)
    return name[: next(free, _SECOND)]


def is_bucket(name: str) -> bool:
    """Tell whether this is the name of a node that can be."""
    if len(name) not in _LENGTHS:
        return False
    try:
        return begin_of(name).isoformat()[: len(name)] == name
    except ValueError:
        return False


def begin_of(bucket: str) -> datetime:
    """Return when a node's time begins.

    Raises:
        ValueError: it is no such name.
    """
    return datetime.fromisoformat(bucket + _EARLIEST[len(bucket) :]).replace(tzinfo=UTC)


def end_of(bucket: str) -> datetime:
    """Return when a node's time is over, the begin of the next; for the calendar's last, its end.

    Raises:
        ValueError: it is no such name.
    """
    begin, length = begin_of(bucket), len(bucket)
    try:
        if length in _STEPS:
            return begin + _STEPS[length]
        months = 1 if length == _LENGTHS[1] else 12
        year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
        return begin.replace(year=year, month=month + 1)
    except (OverflowError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def ancestors(bucket: str) -> Iterator[tuple[str, str]]:
    """Yield a node and those above it, each with its parent; the root's name is empty."""
    lengths = [length for length in _LENGTHS if length <= len(bucket)]
    for above, length in zip([0, *lengths[:-1]], lengths, strict=True):
        yield bucket[:length], bucket[:above]
