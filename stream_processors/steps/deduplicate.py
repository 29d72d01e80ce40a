"""Deduplicate: a message that came before is no new observation at a new time.

A payload with a time of its own needs none of this: its key makes it harmless. One without gets
the received time, so that the same message, brought again, would look like another observation.
MQTT says of a message only that it *may* have come before (DUP); it is taken for the earlier one
when source and bytes are the same and that one came within the window.

A LoRaWAN device tells no time either: the network server's stands in, and when two gateways have
each their copy handed on, the copies differ in it. An uplink that its envelope names therefore
counts once, as what came first says it. The same bytes again are left alone: they may come back
from the dead letters.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.interpreter.phenomenon_time import RECEIVED
from schemas.wire import Observation
from stream_processors.steps.passage import Passage


class RedeliveryPolicy(NamedTuple):
    """How long and how many messages are remembered, in each partition."""

    window: timedelta = timedelta(minutes=5)
    most: int = 5000


class Came(NamedTuple):
    """When something came last, and in which message first."""

    time: datetime
    message: bytes


@dataclass(frozen=True)
class RedeliveryState:
    """What came before in one partition, oldest first.

    Attributes:
        seen: messages, by source and bytes.
        uplinks: by source and the name that their envelope gives them.
    """

    seen: Mapping[bytes, Came] = field(default_factory=dict)
    uplinks: Mapping[bytes, Came] = field(default_factory=dict)


def deduplicate(
    batch: Sequence[Passage], state: RedeliveryState, *, policy: RedeliveryPolicy
) -> tuple[list[Passage], RedeliveryState]:
    """Return the batch less what came before, and what is to be remembered."""
    memory = _Memory(dict(state.seen), dict(state.uplinks))
    passages = []
    for passage in batch:
        again = passage.arrival.reading.retained or memory.knows(passage, policy.window)
        passages.append(without_timeless(passage) if again else passage)
        memory.take(passage)
    return passages, memory.state(policy)


def remember(
    batch: Iterable[Passage], state: RedeliveryState, *, policy: RedeliveryPolicy
) -> RedeliveryState:
    """Return the state after readings that another process dealt with."""
    memory = _Memory(dict(state.seen), dict(state.uplinks))
    for passage in batch:
        memory.take(passage)
    return memory.state(policy)


def without_timeless(passage: Passage) -> Passage:
    """Return a passage that came before, less what has no time of its own.

    Of an uplink that is all, as its time is that of a copy; a retained one is no copy.
    """
    observations, retained = passage.result.observations, passage.arrival.reading.retained
    if passage.uplink and not retained:
        kept: tuple[Observation, ...] = ()
    else:
        kept = tuple(one for one in observations if not _is_timeless(one))
    if len(kept) == len(observations):
        return passage
    empty = "" if kept or passage.result.rejections else _why(retained=retained)
    return passage.with_result(observations=kept, empty=empty)


class _Memory(NamedTuple):
    """A state that is being written."""

    seen: dict[bytes, Came]
    uplinks: dict[bytes, Came]

    def knows(self, passage: Passage, window: timedelta) -> bool:
        """Tell whether a passage came before, as MQTT may say, or as another copy of an uplink."""
        reading = passage.arrival.reading
        message = _key(reading.source, reading.payload)
        before = self.seen.get(message) if reading.dup else None
        if before is None and passage.uplink:
            before = self.uplinks.get(_key(reading.source, passage.uplink))
            before = None if before is None or before.message == message else before
        return before is not None and reading.received_time - before.time <= window

    def take(self, passage: Passage) -> None:
        """Remember a passage, as the newest."""
        reading = passage.arrival.reading
        if reading.retained:
            return
        message = _key(reading.source, reading.payload)
        if reading.channel == "mqtt":
            self.seen.pop(message, None)
            self.seen[message] = Came(reading.received_time, message)
        if passage.uplink:
            uplink = _key(reading.source, passage.uplink)
            first = self.uplinks.pop(uplink, None)
            self.uplinks[uplink] = Came(reading.received_time, first.message if first else message)

    def state(self, policy: RedeliveryPolicy) -> RedeliveryState:
        """Return what is kept of it."""
        return RedeliveryState(_trimmed(self.seen, policy), _trimmed(self.uplinks, policy))


def _key(source: str, content: bytes) -> bytes:
    whole = source.encode(errors="replace") + b"\0" + content
    return hashlib.blake2b(whole, digest_size=16).digest()


def _trimmed(seen: dict[bytes, Came], policy: RedeliveryPolicy) -> dict[bytes, Came]:
    """Drop the oldest; what stays is not looked at, as there is one batch for a few readings."""
    if not seen:
        return seen
    horizon = next(reversed(seen.values())).time - policy.window
    surplus = len(seen) - policy.most
    stale = []
    for place, (key, came) in enumerate(seen.items()):
        if place >= surplus and came.time >= horizon:
            break
        stale.append(key)
    for key in stale:
        del seen[key]
    return seen


def _why(*, retained: bool) -> str:
    return "retained" if retained else "redelivered"


def _is_timeless(observation: Observation) -> bool:
    return RECEIVED in observation.quality
