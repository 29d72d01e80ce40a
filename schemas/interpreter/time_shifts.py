"""Times that are so many steps from the one that is written, as in a series of hours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeAlias

from schemas.errors import ReadingRejected
from schemas.language.paths import MISSING, compile_path
from schemas.language.profile_parts import Steps, Time, duration

Shift: TypeAlias = Callable[[Any], timedelta]
_NONE: Final = timedelta()


def compile_shift(time: Time) -> Shift | None:
    """Return how far a document's time is from the one that is written; without steps, `None`.

    The function raises ReadingRejected when the steps are no number; none at all are no shift.
    """
    shifts = [
        _shift(steps, sign) for steps, sign in ((time.later, 1), (time.earlier, -1)) if steps
    ]
    if not shifts:
        return None
    return lambda document: sum((shift(document) for shift in shifts), _NONE)


def _shift(steps: Steps, sign: int) -> Shift:
    get = compile_path(steps.path)
    step: timedelta = sign * duration(steps.times)

    def shift(document: Any) -> timedelta:
        number = get(document)
        if number is MISSING or number is None:
            return _NONE
        if type(number) not in (int, float):
            raise ReadingRejected("time.unreadable", "no number of steps", steps.path)
        try:
            return float(number) * step
        except (OverflowError, ValueError) as error:
            detail = "so many steps are beyond all times"
            raise ReadingRejected("time.unreadable", detail, steps.path) from error

    return shift
