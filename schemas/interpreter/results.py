"""Raw values of a payload, read into results in the canonical unit."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from schemas import wire
from schemas.errors import ReadingRejected
from schemas.interpreter.rejections import shown
from schemas.language.paths import MISSING
from schemas.language.plain_numbers import Decimal, plain_number
from schemas.language.sensor_profile import DatastreamProfile
from schemas.units import Conversion

# Whole numbers beyond this are not exact in a double, and no measurement.
INTEGER_LIMIT: Final = 2**53
TEXT_LIMIT: Final = 1024

ReadResult: TypeAlias = Callable[[Any], wire.Result | None]


def compile_result(
    datastream: DatastreamProfile,
    conversion: Conversion,
    *,
    texts: bool = False,
    decimal: Decimal = ".",
) -> ReadResult:
    """Return a function from what lies at the path to the result, `None` for no observation.

    The function raises ReadingRejected, without a place, when the value is of a wrong kind.

    Args:
        datastream: what the profile says.
        conversion: to the canonical unit.
        texts: whether all values are texts, so that numbers are read from them.
        decimal: what parts the decimals of a number in a text.
    """
    from_text = datastream.value == "number-in-text" or texts
    read = _reader(datastream, conversion, number_in(decimal) if from_text else _number)
    if datastream.values:
        read = _of_word(read, datastream.values)
    missing = frozenset(word for value in datastream.missing for word in _written(value))
    if not missing:
        return read
    return lambda raw: None if _stands_for_none(raw, missing) else read(raw)


def short(raw: Any) -> wire.Result:
    """Return a raw value as it may be kept beside a result: a number, or the start of a text."""
    return raw if type(raw) in (int, float, bool) else str(raw)[:TEXT_LIMIT]


def _written(value: Any) -> tuple[str, ...]:
    """Return how a missing value is compared; a profile's `NaN` is also the number of a frame."""
    return ("NaN", "nan") if value == "NaN" else (str(value),)


def _stands_for_none(raw: Any, missing: frozenset[str]) -> bool:
    return type(raw) in (int, float, str) and (
        str(raw) in missing
        or (type(raw) is float and raw.is_integer() and f"{raw:.0f}" in missing)
    )


def _of_word(read: ReadResult, values: Mapping[str, Any]) -> ReadResult:
    """Return a reader of what words stand for; the numbers and truth values of JSON are words."""

    def look_up(raw: Any) -> wire.Result | None:
        if raw is None or raw is MISSING:
            return None
        word = str(raw).lower() if type(raw) is bool else raw
        if type(word) not in (str, int) or str(word) not in values:
            known = ", ".join(list(values)[:10])
            detail = f"{shown(raw)} is none of the words that are known: {known}"
            raise ReadingRejected("field.unknown-word", detail)
        return read(values[str(word)])

    return look_up


def _reader(
    datastream: DatastreamProfile, conversion: Conversion, number: Callable[[Any], float | None]
) -> ReadResult:
    if datastream.value == "boolean":
        return _boolean
    if datastream.value == "text":
        return _text
    return number if conversion.is_identity else _converted(number, conversion)


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
        if math.isfinite(raw):
            return raw  # type: ignore[no-any-return]
        raise _no_number(raw)
    if kind is int:
        if -INTEGER_LIMIT <= raw <= INTEGER_LIMIT:
            return raw  # type: ignore[no-any-return]
        raise _out_of_bounds()
    if raw is None or raw is MISSING:
        return None
    raise ReadingRejected("field.wrong-type", f"{shown(raw)} is there instead of a number")


def number_in(decimal: Decimal) -> Callable[[Any], float | None]:
    """Return a reader of numbers and of numbers in texts; an empty text is none."""

    def read(raw: Any) -> float | None:
        if type(raw) is not str:
            return _number(raw)
        number = plain_number(raw, decimal)
        if number is None:
            if not raw.strip():
                return None
            raise ReadingRejected("field.not-a-number", f"{shown(raw)} is not a number")
        if not math.isfinite(number):
            raise _out_of_bounds()
        return number

    return read


def _boolean(raw: Any) -> bool | None:
    if raw is None or raw is MISSING:
        return None
    if type(raw) is not bool:
        raise ReadingRejected("field.wrong-type", f"{shown(raw)} is there instead of true/false")
    return raw


def _text(raw: Any) -> str | None:
    if raw is None or raw is MISSING:
        return None
    if type(raw) is not str or len(raw) > TEXT_LIMIT:
        raise ReadingRejected("field.wrong-type", f"{shown(raw)} is there instead of a short text")
    return raw


def _no_number(raw: float) -> ReadingRejected:
    """Return what is said of what a float in a frame, or a sum, can be beside numbers."""
    if math.isinf(raw):
        return _out_of_bounds()
    return ReadingRejected("field.not-a-number", "NaN is there instead of a number")


def _out_of_bounds() -> ReadingRejected:
    return ReadingRejected("field.out-of-bounds", "the number is beyond any measurement")
