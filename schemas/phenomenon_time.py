"""Times of a payload, read into aware UTC datetimes, with the clock changes of their zone."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from schemas.errors import ReadingRejected
from schemas.paths import MISSING, compile_path, first_of
from schemas.profile_parts import Paths, Time

AMBIGUOUS: Final = "time.ambiguous"
RECEIVED: Final = "time.received"
_DSMR: Final = re.compile(r"(\d{12})([SW]?)", re.ASCII)
_TEXT_LIMIT: Final = 64

Parser: TypeAlias = Callable[[Any, ZoneInfo], datetime]


class Told(NamedTuple):
    """A time as it is told, before it is known how long the phenomenon took.

    Attributes:
        time: aware, in UTC.
        is_end: whether an interval ends then, rather than begins.
        flags: what is to be said about it.
    """

    time: datetime
    is_end: bool
    flags: tuple[str, ...]


class Moment(NamedTuple):
    """When something was so.

    Attributes:
        start: begin of the interval, or the instant.
        end: end of the interval, `None` for an instant.
        flags: what is to be said about it.
    """

    start: datetime
    end: datetime | None
    flags: tuple[str, ...]


Clock: TypeAlias = Callable[[Any, datetime, ZoneInfo], Told]


def moment(told: Told, length: timedelta | None) -> Moment:
    """Return the moment of a phenomenon of this length, `None` for an instant.

    Raises:
        ReadingRejected: it would begin before the year 1 or end after 9999.
    """
    if length is None:
        return Moment(told.time, None, told.flags)
    try:
        start = told.time - length if told.is_end else told.time
        return Moment(start, start + length, told.flags)
    except OverflowError as error:
        raise ReadingRejected("time.unreadable", f"{told.time} is beyond all times") from error


def received(_document: Any, received_time: datetime, _zone: ZoneInfo) -> Told:
    """Let the received time stand for the time; what it tells of has ended by then."""
    return Told(received_time, True, (RECEIVED,))  # noqa: FBT003 - a named field


def compile_clock(time: Time | None) -> Clock:
    """Return a function of a document, its received time and the city's zone to a time.

    Without a `time`, the received time stands for it, flagged. The function raises
    ReadingRejected when the time is missing or cannot be read.

    Raises:
        ValueError: the format or the zone is not known.
    """
    if time is None:
        return received
    get, parse = compile_paths(time.path), _parser(time)
    named, written = first_path(time.path), time.format
    fixed = None if time.zone in (None, "city") else known_zone(str(time.zone))
    is_end, may_lack = time.marks == "end", time.otherwise == "received"

    def clock(document: Any, received_time: datetime, zone: ZoneInfo) -> Told:
        raw = get(document)
        if raw is MISSING or raw is None or raw == "":
            if may_lack:
                return received(document, received_time, zone)
            raise ReadingRejected("time.missing", f"`{named}` should hold the time", named)
        try:
            local = parse(raw, fixed or zone)
            return Told(local.astimezone(UTC), is_end, (AMBIGUOUS,) if _is_doubled(local) else ())
        except ReadingRejected as rejected:
            raise ReadingRejected(rejected.reason, rejected.detail, named) from None
        except (ValueError, OverflowError, OSError) as error:
            detail = f"{str(raw)[:_TEXT_LIMIT]!r} is no time in the format `{written}`"
            raise ReadingRejected("time.unreadable", detail, named) from error

    return clock


def compile_paths(paths: Paths) -> Callable[[Any], Any]:
    """Return a getter of the first of the paths that leads to something."""
    return first_of(
        tuple(compile_path(path) for path in ([paths] if isinstance(paths, str) else paths))
    )


def first_path(paths: Paths) -> str:
    """Return the path to name in messages."""
    return paths if isinstance(paths, str) else paths[0]


@cache
def known_zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"`{name}` is no time zone such as Europe/Brussels") from error


def _parser(time: Time) -> Parser:
    if time.format == "iso8601":
        return _iso8601 if time.zone else _iso8601_with_offset
    if time.format in {"unix", "unix-milliseconds"}:
        return _unix(1000 if time.format == "unix-milliseconds" else 1)
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


def _unix(per_second: int) -> Parser:
    def parse(raw: Any, _zone: ZoneInfo) -> datetime:
        if type(raw) is str and re.fullmatch(r"\d{1,20}(\.\d{1,9})?", raw, re.ASCII):
            raw = float(raw)
        if type(raw) not in (int, float) or not math.isfinite(raw):
            raise ValueError(raw)
        return datetime.fromtimestamp(raw / per_second, UTC)

    return parse


def _dsmr(raw: Any, zone: ZoneInfo) -> datetime:
    """Read YYMMDDhhmmss, then S in summer time and W in winter time; old meters leave it out."""
    match = _DSMR.fullmatch(_text(raw))
    if match is None:
        raise ValueError(raw)
    local = datetime.strptime(f"20{match[1]}", "%Y%m%d%H%M%S")  # noqa: DTZ007 - zone follows
    if not match[2]:
        return _local(local, zone)
    winter = zone.utcoffset(datetime(local.year, 1, 1)) or timedelta()  # noqa: DTZ001 - local
    offset = winter + timedelta(hours=match[2] == "S")
    return local.replace(tzinfo=UTC) - offset


def _pattern(pattern: str) -> Parser:
    def parse(raw: Any, zone: ZoneInfo) -> datetime:
        time = datetime.strptime(_text(raw), pattern)  # noqa: DTZ007 - the zone follows
        return time if time.tzinfo else _local(time, zone)

    return parse


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


def _is_doubled(local: datetime) -> bool:
    if not isinstance(local.tzinfo, ZoneInfo):
        return False
    return local.utcoffset() != local.replace(fold=1).utcoffset()
