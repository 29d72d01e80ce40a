"""Formats of times: what a vendor writes, read into an aware datetime."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from schemas.errors import ReadingRejected
from schemas.language.profile_parts import Time

_DSMR: Final = re.compile(r"(\d{12})([SW]?)", re.ASCII)
_TEXT_LIMIT: Final = 64
_EXAMPLE: Final = datetime(2026, 11, 25, 13, 45, 59, tzinfo=UTC)

Parser: TypeAlias = Callable[[Any, ZoneInfo], datetime]


def compile_format(time: Time) -> Parser:
    """Return a function from what a payload says, and a zone, to an aware datetime.

    The function raises ValueError or OverflowError for what is no such time, ReadingRejected
    for a time that does not exist.

    Raises:
        ValueError: the format is not known.
    """
    if time.format == "iso8601":
        return _iso8601 if time.zone else _iso8601_with_offset
    if time.format in {"unix", "unix-milliseconds"}:
        since = time.since.timestamp() if time.since else 0.0
        return _unix(1000 if time.format == "unix-milliseconds" else 1, since)
    if time.format == "dsmr":
        return _dsmr
    if "%" not in time.format:
        raise ValueError(f"`{time.format}` is no time format; see the documentation")
    return _pattern(time.format)


def _iso8601(raw: Any, zone: ZoneInfo) -> datetime:
    time = datetime.fromisoformat(_text(raw))
    return time if time.tzinfo else _local(time, zone)


def _iso8601_with_offset(raw: Any, _zone: ZoneInfo) -> datetime:
    time = datetime.fromisoformat(_text(raw))
    if time.tzinfo is None:
        detail = f"{raw!r} has no offset, and the profile names no zone"
        raise ReadingRejected("time.unreadable", detail)
    return time


def _unix(per_second: int, since: float) -> Parser:
    def parse(raw: Any, _zone: ZoneInfo) -> datetime:
        if type(raw) is str and re.fullmatch(r"\d{1,20}(\.\d{1,9})?", raw, re.ASCII):
            raw = float(raw)
        if type(raw) not in (int, float) or not math.isfinite(raw):
            raise ValueError(raw)
        return datetime.fromtimestamp(raw / per_second + since, UTC)

    return parse


def _dsmr(raw: Any, zone: ZoneInfo) -> datetime:
    """Read YYMMDDhhmmss, then S in summer time and W in winter time; old meters leave it out."""
    match = _DSMR.fullmatch(str(raw) if type(raw) is int else _text(raw))
    if match is None:
        raise ValueError(raw)
    local = datetime.strptime(f"20{match[1]}", "%Y%m%d%H%M%S")  # noqa: DTZ007 - zone follows
    if not match[2]:
        return _local(local, zone)
    winter = zone.utcoffset(datetime(local.year, 1, 1)) or timedelta()  # noqa: DTZ001 - local
    offset = winter + timedelta(hours=match[2] == "S")
    return local.replace(tzinfo=UTC) - offset


def _pattern(pattern: str) -> Parser:
    _refuse_unreadable(pattern)

    def parse(raw: Any, zone: ZoneInfo) -> datetime:
        time = datetime.strptime(_text(raw), pattern)  # noqa: DTZ007 - the zone follows
        return time if time.tzinfo else _local(time, zone)

    return parse


def _refuse_unreadable(pattern: str) -> None:
    """Refuse a pattern by which nothing can be read, which shows only when something is."""
    try:
        datetime.strptime(_EXAMPLE.strftime(pattern), pattern)  # noqa: DTZ007 - only whether
    except (ValueError, re.error) as error:
        raise ValueError(f"`{pattern}` is no pattern of strptime: {error}") from error


def _text(raw: Any) -> str:
    if type(raw) is not str or len(raw) > _TEXT_LIMIT:
        raise ValueError(raw)
    return raw


def _local(time: datetime, zone: ZoneInfo) -> datetime:
    """Give a local time its zone; an hour that the clocks left out is no time."""
    local = time.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        detail = f"{time} does not exist in {zone.key}: the clocks went forward over it"
        raise ReadingRejected("time.nonexistent", detail)
    return local
