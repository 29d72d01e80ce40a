"""Raw values of a payload, read into results in the canonical unit."""

import math
import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from schemas import wire
from schemas.errors import ReadingRejected
from schemas.paths import MISSING
from schemas.sensor_profile import DatastreamProfile
from schemas.units import Conversion

# Whole numbers beyond this are not exact in a double, and no measurement.
INTEGER_LIMIT: Final = 2**53
TEXT_LIMIT: Final = 1024
_NUMBER: Final = re.compile(
    r"[-+]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][-+]?\d{1,3})?", re.ASCII
)

ReadResult: TypeAlias = Callable[[Any], wire.Result | None]


def compile_result(datastream: DatastreamProfile, conversion: Conversion) -> ReadResult:
    """Return a function from what lies at the path to the result, `None` for no observation.

    The function raises ReadingRejected, without a place, when the value is of a wrong kind.
    """
    read = _reader(datastream, conversion)
    missing = frozenset(str(value) for value in datastream.missing)
    if not missing:
        return read
    return lambda raw: None if _stands_for_none(raw, missing) else read(raw)


def short(raw: Any) -> wire.Result:
    """Return a raw value as it may be kept beside a result: a number, or the start of a text."""
    return raw if type(raw) in (int, float, bool) else str(raw)[:TEXT_LIMIT]


def _stands_for_none(raw: Any, missing: frozenset[str]) -> bool:
    return type(raw) in (int, float, str) and (
        str(raw) in missing
        or (type(raw) is float and raw.is_integer() and f"{raw:.0f}" in missing)
    )


def _reader(datastream: DatastreamProfile, conversion: Conversion) -> ReadResult:
    if datastream.value == "boolean":
        return _boolean
    if datastream.value == "text":
        return _text
    from_text = datastream.value == "number-in-text"
    if conversion.is_identity:
        return _number_in_text if from_text else _number
    return _converted(_number_in_text if from_text else _number, conversion)


def _converted(read: Callable[[Any], float | None], conversion: Conversion) -> ReadResult:
    numerator, denominator = conversion.numerator, conversion.denominator
    offset = conversion.offset

    def convert(raw: Any) -> float | None:
        number = read(raw)
        if number is None:
            return None
        result = number * numerator / denominator + offset
        if not math.isfinite(result):
            raise _out_of_bounds()
        return result

    return convert


def _number(raw: Any) -> float | None:
    kind = type(raw)
    if kind is float:
        return raw  # type: ignore[no-any-return]
    if kind is int:
        if -INTEGER_LIMIT <= raw <= INTEGER_LIMIT:
            return raw  # type: ignore[no-any-return]
        raise _out_of_bounds()
    if raw is None or raw is MISSING:
        return None
    raise ReadingRejected("field.wrong-type", f"{_shown(raw)} is there instead of a number")


def _number_in_text(raw: Any) -> float | None:
    if type(raw) is not str:
        return _number(raw)
    text = raw.strip()
    if not text:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise ReadingRejected("field.not-a-number", f"{_shown(raw)} is not a number")
    number = float(text)
    if not math.isfinite(number):
        raise _out_of_bounds()
    return number


def _boolean(raw: Any) -> bool | None:
    if raw is None or raw is MISSING:
        return None
    if type(raw) is not bool:
        raise ReadingRejected("field.wrong-type", f"{_shown(raw)} is there instead of true/false")
    return raw


def _text(raw: Any) -> str | None:
    if raw is None or raw is MISSING:
        return None
    if type(raw) is not str or len(raw) > TEXT_LIMIT:
        raise ReadingRejected(
            "field.wrong-type", f"{_shown(raw)} is there instead of a short text"
        )
    return raw


def _out_of_bounds() -> ReadingRejected:
    return ReadingRejected("field.out-of-bounds", "the number is beyond any measurement")


def _shown(raw: Any) -> str:
    if type(raw) in (dict, list):
        return "an object" if type(raw) is dict else "a list"
    return repr(raw[:40]) if type(raw) is str else repr(raw)[:40]
