"""Quality rules on one observation: a doubt becomes a flag, the value stays."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from schemas.quality_rules import ClockRule, QualityRules
from schemas.vocabulary_entries import ObservedProperty, PlausibleRange
from schemas.wire import Observation

Qualify: TypeAlias = Callable[[Observation, datetime], Observation]
"""Returns an observation, given when it was received, with the flags that the rules raise."""


def compile_qualify(observed_property: ObservedProperty, rules: QualityRules) -> Qualify:
    """Return the rules that look at an observation by itself, ready to run."""
    ranged = _range_flags(observed_property.plausible)
    clocked = _clock_flags(rules.clock)

    def qualify(observation: Observation, received_time: datetime) -> Observation:
        flags = ranged(observation.result) + clocked(observation, received_time)
        return doubted(observation, flags) if flags else observation

    return qualify


def doubted(observation: Observation, flags: Sequence[str], *, last: bool = False) -> Observation:
    """Return an observation with flags before (or behind) those that it has, none twice.

    A flagged value keeps its raw result, so that a doubt can be settled later.
    """
    new = tuple(flag for flag in flags if flag not in observation.quality)
    if not new:
        return observation
    known = observation.quality
    raw = observation.result if observation.raw_result is None else observation.raw_result
    return msgspec.structs.replace(
        observation, quality=known + new if last else new + known, raw_result=raw
    )


def _range_flags(plausible: PlausibleRange) -> Callable[[object], tuple[str, ...]]:
    low = float("-inf") if plausible.low is None else plausible.low
    high = float("inf") if plausible.high is None else plausible.high

    def flags(result: object) -> tuple[str, ...]:
        # Not a bool, which is an int too.
        if type(result) is not float and type(result) is not int:
            return ()
        if result < low:
            return ("range.low",)
        return ("range.high",) if result > high else ()

    return flags


def _clock_flags(rule: ClockRule | None) -> Callable[[Observation, datetime], tuple[str, ...]]:
    if rule is None:
        return lambda observation, received_time: ()  # noqa: ARG005
    ahead = timedelta(seconds=rule.ahead_seconds)
    defaults = [(span.begin, span.end) for span in rule.factory_defaults]
    latest = max((end for _, end in defaults), default=None)

    def flags(observation: Observation, received_time: datetime) -> tuple[str, ...]:
        start, end = observation.phenomenon_start, observation.phenomenon_end
        if (end or start) - received_time > ahead:
            return ("clock.future",)
        if latest is None or start >= latest:
            return ()
        return ("clock.default",) if any(a <= start < b for a, b in defaults) else ()

    return flags
