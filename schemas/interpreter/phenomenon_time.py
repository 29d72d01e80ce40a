"""Times of a payload, read into aware UTC datetimes, with the clock changes of their zone."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from schemas.errors import ReadingRejected
from schemas.interpreter.rejections import shown
from schemas.interpreter.time_formats import Parser, compile_format
from schemas.interpreter.time_shifts import Shift, compile_shift
from schemas.language.paths import MISSING, compile_path, first_of
from schemas.language.profile_parts import Paths, Time

AMBIGUOUS: Final = "time.ambiguous"
RECEIVED: Final = "time.received"
_TEXT_LIMIT: Final = 64
_ABSOLUTE_SECONDS: Final = 2**28


class Told(NamedTuple):
    """A time as it is told, before it is known how long the phenomenon took.

    Attributes:
        time: aware, in UTC.
        is_end: whether an interval ends then, rather than begins.
        flags: what is to be said about it.
        length: of the interval, where the payload tells it.
    """

    time: datetime
    is_end: bool
    flags: tuple[str, ...]
    length: timedelta | None = None


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
        ReadingRejected: it would begin before the year 1 or end after 9999, or the payload tells
            another length.
    """
    if told.length is not None and told.length != length:
        detail = f"the payload tells of {told.length}, the profile of {length or 'an instant'}"
        raise ReadingRejected("time.interval", detail)
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
    get, tell = _written(time), _teller(time)
    named, written = first_path(time.path), time.format
    may_lack = time.otherwise == "received"
    other = compile_clock(time.must_agree) if time.must_agree else None
    shift = compile_shift(time)
    end = compile_clock(time.until) if time.until else None

    def clock(document: Any, received_time: datetime, zone: ZoneInfo) -> Told:
        raw = get(document)
        if raw is MISSING or raw is None or raw == "":
            if may_lack:
                return received(document, received_time, zone)
            raise ReadingRejected("time.missing", f"`{named}` should hold the time", named)
        try:
            told = tell(raw, received_time, zone)
        except ReadingRejected as rejected:
            raise ReadingRejected(rejected.reason, rejected.detail, named) from None
        except (ValueError, OverflowError, OSError) as error:
            detail = f"{shown(raw, _TEXT_LIMIT)} is no time in the format `{written}`"
            raise ReadingRejected("time.unreadable", detail, named) from error
        if other is not None:
            _refuse_another(told, other(document, received_time, zone), named)
        return told

    shifted = clock if shift is None else _shifted(clock, shift)
    return shifted if end is None else _ending(shifted, end, named)


def _shifted(clock: Clock, shift: Shift) -> Clock:
    return lambda document, received_time, zone: moved(
        clock(document, received_time, zone), shift(document)
    )


def _ending(clock: Clock, end: Clock, named: str) -> Clock:
    return lambda document, received_time, zone: _up_to(
        clock(document, received_time, zone), end(document, received_time, zone), named
    )


def moved(told: Told, by: timedelta) -> Told:
    """Return a time that is so much later.

    Raises:
        ReadingRejected: it would be before the year 1 or after 9999.
    """
    try:
        return told._replace(time=told.time + by)
    except OverflowError as error:
        detail = f"{by} from {told.time} is beyond all times"
        raise ReadingRejected("time.unreadable", detail) from error


def _written(time: Time) -> Callable[[Any], Any]:
    get = compile_paths(time.path)
    if time.time_of_day is None:
        return get
    get_time_of_day = compile_path(time.time_of_day)

    def both(document: Any) -> Any:
        date, time_of_day = get(document), get_time_of_day(document)
        whole = type(date) is str and type(time_of_day) is str
        return f"{date} {time_of_day}" if whole else MISSING

    return both


def _teller(time: Time) -> Callable[[Any, datetime, ZoneInfo], Told]:
    """Return a function from what is written to the time that it tells."""
    fixed = None if time.zone in (None, "city") else known_zone(str(time.zone))
    is_end = time.marks == "end"
    if time.format == "senml":
        return lambda raw, received_time, _zone: _senml(raw, received_time)
    if time.format == "iso8601-interval":
        parse = compile_format(time.model_copy(update={"format": "iso8601"}))
        return lambda raw, _received, zone: _interval(raw, parse, fixed or zone)
    parse = compile_format(time)

    def tell(raw: Any, _received_time: datetime, zone: ZoneInfo) -> Told:
        local = parse(raw, fixed or zone)
        return Told(local.astimezone(UTC), is_end, (AMBIGUOUS,) if _is_doubled(local) else ())

    return tell


def _interval(raw: Any, parse: Parser, zone: ZoneInfo) -> Told:
    """Read `begin/end`, or an instant alone."""
    first, _, second = raw.partition("/") if type(raw) is str else (raw, "", "")
    begin = parse(first, zone).astimezone(UTC)
    if not second:
        return Told(begin, is_end=False, flags=())
    length = parse(second, zone).astimezone(UTC) - begin
    if length < timedelta():
        raise ValueError(raw)
    return Told(begin, is_end=False, flags=(), length=length or None)


def _senml(raw: Any, received_time: datetime) -> Told:
    """Read seconds since 1970, or, below 2**28, since the receipt (RFC 8428, section 4.5.3)."""
    if type(raw) not in (int, float) or not math.isfinite(raw):
        raise ValueError(raw)
    if raw >= _ABSOLUTE_SECONDS:
        return Told(datetime.fromtimestamp(raw, UTC), is_end=True, flags=())
    return Told(received_time + timedelta(seconds=raw), is_end=True, flags=(RECEIVED,))


def _up_to(told: Told, end: Told, named: str) -> Told:
    """Return a time with the length that its end tells; none where either is in doubt."""
    if {AMBIGUOUS, RECEIVED} & {*told.flags, *end.flags}:
        return told
    length = end.time - told.time
    if length <= timedelta():
        detail = f"the interval ends at {end.time:%Y-%m-%d %H:%M:%S} UTC, before it begins"
        raise ReadingRejected("time.interval", detail, named)
    return told._replace(length=length)


def _refuse_another(told: Told, other: Told, named: str) -> None:
    """Reject a time that another writing contradicts; a doubled hour may be either of the two."""
    later = timedelta(hours=AMBIGUOUS in other.flags)
    if told.time not in (other.time, other.time + later):
        detail = f"the payload also writes this time as {other.time:%Y-%m-%d %H:%M:%S} UTC"
        raise ReadingRejected("time.contradictory", detail, named)


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


def _is_doubled(local: datetime) -> bool:
    if not isinstance(local.tzinfo, ZoneInfo):
        return False
    return local.utcoffset() != local.replace(fold=1).utcoffset()
