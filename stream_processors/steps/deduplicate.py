"""Deduplicate: a message that came before is no new observation at a new time.

A payload with a time of its own needs none of this: its key makes it harmless. One without gets
the received time, so that the same message, brought again, would look like another observation.
MQTT says of a message only that it *may* have come before (DUP); it is taken for the earlier one
when source and bytes are the same and that one came within the window.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.interpreter.phenomenon_time import RECEIVED
from schemas.wire import Observation, Reading
from stream_processors.steps.passage import Passage


class RedeliveryPolicy(NamedTuple):
    """How long and how many messages are remembered, in each partition."""

    window: timedelta = timedelta(minutes=5)
    most: int = 5000


@dataclass(frozen=True)
class RedeliveryState:
    """Messages that came before in one partition: when, by source and bytes, oldest first."""

    seen: Mapping[bytes, datetime] = field(default_factory=dict)


def deduplicate(
    batch: Sequence[Passage], state: RedeliveryState, *, policy: RedeliveryPolicy
) -> tuple[list[Passage], RedeliveryState]:
    """Return the batch less what came before, and what is to be remembered."""
    seen = dict(state.seen)
    passages = []
    for passage in batch:
        reading = passage.arrival.reading
        if reading.retained:
            passages.append(without_timeless(passage))
            continue
        if reading.dup and _came_before(reading, seen, policy):
            passages.append(without_timeless(passage))
        else:
            passages.append(passage)
        _remember(reading, seen)
    return passages, _trimmed(seen, policy)


def remember(
    readings: Iterable[Reading], state: RedeliveryState, *, policy: RedeliveryPolicy
) -> RedeliveryState:
    """Return the state after readings that another process dealt with."""
    seen = dict(state.seen)
    for reading in readings:
        _remember(reading, seen)
    return _trimmed(seen, policy)


def _remember(reading: Reading, seen: dict[bytes, datetime]) -> None:
    if reading.channel == "mqtt" and not reading.retained:
        key = _key(reading)
        seen.pop(key, None)  # so that it goes to the end: the newest
        seen[key] = reading.received_time


def _came_before(
    reading: Reading, seen: Mapping[bytes, datetime], policy: RedeliveryPolicy
) -> bool:
    before = seen.get(_key(reading))
    return before is not None and reading.received_time - before <= policy.window


def _key(reading: Reading) -> bytes:
    content = reading.source.encode(errors="replace") + b"\0" + reading.payload
    return hashlib.blake2b(content, digest_size=16).digest()


def _trimmed(seen: dict[bytes, datetime], policy: RedeliveryPolicy) -> RedeliveryState:
    """Drop the oldest; what stays is not looked at, as there is one batch for a few readings."""
    if not seen:
        return RedeliveryState()
    horizon = next(reversed(seen.values())) - policy.window
    surplus = len(seen) - policy.most
    stale = []
    for place, (key, time) in enumerate(seen.items()):
        if place >= surplus and time >= horizon:
            break
        stale.append(key)
    for key in stale:
        del seen[key]
    return RedeliveryState(seen)


def without_timeless(passage: Passage) -> Passage:
    """Return the passage of a message that came before, less what has no time of its own."""
    kept = tuple(one for one in passage.result.observations if not _is_timeless(one))
    if len(kept) == len(passage.result.observations):
        return passage
    why = "retained" if passage.arrival.reading.retained else "redelivered"
    empty = "" if kept or passage.result.rejections else why
    return passage.with_result(observations=kept, empty=empty)


def _is_timeless(observation: Observation) -> bool:
    return RECEIVED in observation.quality
