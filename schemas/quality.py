"""Quality rules on one observation: a doubt becomes a flag, the value stays."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from schemas.vocabulary import ObservedProperty
from schemas.wire import Observation

FUTURE_TOLERANCE: Final = timedelta(minutes=5)

# Where clocks start that nobody has set, and until when a device may run before it is set.
# Two hours before, because the default may be local time. Other old times are history.
CLOCK_DEFAULTS: Final = (
    (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)),
    (datetime(1969, 12, 31, 22, tzinfo=UTC), datetime(1970, 1, 31, tzinfo=UTC)),
    (datetime(1980, 1, 5, 22, tzinfo=UTC), datetime(1980, 1, 31, tzinfo=UTC)),
    (datetime(1999, 12, 31, 22, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC)),
    (datetime(2009, 12, 31, 22, tzinfo=UTC), datetime(2010, 1, 1, 1, tzinfo=UTC)),
)
_LATEST_DEFAULT: Final = CLOCK_DEFAULTS[-1][1]


def qualify(
    observation: Observation, *, observed_property: ObservedProperty, received_time: datetime
) -> Observation:
    """Return the observation with the flags that the rules raise, after those that it has.

    A flagged value keeps its raw result, so that a doubt can be settled later.
    """
    flags = _flags(observation, observed_property, received_time)
    new = tuple(flag for flag in flags if flag not in observation.quality)
    if not new:
        return observation
    raw = observation.result if observation.raw_result is None else observation.raw_result
    return msgspec.structs.replace(
        observation, quality=(*new, *observation.quality), raw_result=raw
    )


def _flags(
    observation: Observation, observed_property: ObservedProperty, received_time: datetime
) -> list[str]:
    flags = []
    result, plausible = observation.result, observed_property.plausible
    if type(result) in (int, float):
        if plausible.low is not None and result < plausible.low:  # type: ignore[operator]
            flags.append("range.low")
        if plausible.high is not None and result > plausible.high:  # type: ignore[operator]
            flags.append("range.high")
    until = observation.phenomenon_end or observation.phenomenon_start
    if until - received_time > FUTURE_TOLERANCE:
        flags.append("clock.future")
    elif observation.phenomenon_start < _LATEST_DEFAULT and is_clock_default(
        observation.phenomenon_start
    ):
        flags.append("clock.default")
    return flags


def is_clock_default(time: datetime) -> bool:
    """Whether a time is that of a clock that nobody has set since the device started."""
    return any(begin <= time < end for begin, end in CLOCK_DEFAULTS)
