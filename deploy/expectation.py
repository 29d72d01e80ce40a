"""What must be in the database because a message was acknowledged: by the public interpreter."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from schemas.cities.registry import Registry
from schemas.errors import ReadingRejected
from schemas.interpreter.observe import Yield, observe
from schemas.privacy import gate
from schemas.topics import Address
from schemas.wire import Observation
from simulators.ledger import Entry

_RECEIVED: Final = "time.received"


class Series(NamedTuple):
    """A datastream, by the names that readings have for it."""

    city: str
    thing_profile: str
    thing: str
    profile: str
    datastream: str


class Value(NamedTuple):
    """An observation that must be there.

    Attributes:
        series: its datastream.
        start: begin of its phenomenon; `None` where that is the time of receipt.
        result: as `comparable` gives it.
    """

    series: Series
    start: datetime | None
    result: str | float


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What an acknowledged message must have left.

    Attributes:
        entry: the message in the ledger.
        values: observations; none where there was nothing to observe.
        rejected: whether a dead letter must tell of it.
        kept_sha256: hash of the payload after the privacy gate, by which a dead letter knows it.
    """

    entry: Entry
    values: frozenset[Value]
    rejected: bool
    kept_sha256: str

    @property
    def identity(self) -> tuple[str, str]:
        """Topic and hash: messages with equal ones cannot be told apart by anybody."""
        return self.entry.published.topic, self.entry.published.sha256


def expectations(entries: Iterable[Entry], registry: Registry) -> Iterator[Expectation]:
    """Yield what each acknowledged message must have left."""
    uplinks: dict[tuple[str, bytes], str] = {}
    for entry in entries:
        if entry.acknowledged_time is not None:
            yield _expectation(entry, registry, uplinks)


def comparable(result: Any) -> str | float:
    """Return a result in a form that is equal for equal results."""
    if isinstance(result, int | float) and not isinstance(result, bool):
        return float(result)
    return msgspec.json.encode(result, order="sorted").decode()


def _expectation(
    entry: Entry, registry: Registry, uplinks: dict[tuple[str, bytes], str]
) -> Expectation:
    payload, kept = entry.published.payload, entry.published.sha256
    try:
        address = registry.routes.address(entry.published.topic)
        profile = registry.cities[address.city].library.profile(address.profile)
        payload = gate(profile, payload)
        kept = hashlib.sha256(payload).hexdigest()
        found = observe(
            profile,
            payload,
            thing=address.thing,
            received_time=datetime.fromtimestamp(entry.published.published_time, UTC),
            zone=registry.cities[address.city].pack.zone,
            topic=entry.published.topic,
        )
    except ReadingRejected:
        return Expectation(entry=entry, values=frozenset(), rejected=True, kept_sha256=kept)
    # What a second gateway makes of an uplink counts nothing.
    first = uplinks.setdefault((entry.published.topic, found.uplink), entry.published.sha256)
    is_copy = bool(found.uplink) and first != entry.published.sha256
    return Expectation(
        entry=entry,
        values=frozenset() if is_copy else _values(address, found),
        rejected=bool(found.rejections),
        kept_sha256=kept,
    )


def _values(address: Address, found: Yield) -> frozenset[Value]:
    return frozenset(
        Value(_series(address, one), _start(one), comparable(one.result))
        for one in found.observations
    )


def _series(address: Address, one: Observation) -> Series:
    return Series(address.city, address.profile, one.thing, one.profile, one.datastream)


def _start(one: Observation) -> datetime | None:
    return None if _RECEIVED in one.quality else one.phenomenon_start
