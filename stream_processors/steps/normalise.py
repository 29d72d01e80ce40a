"""Normalise: a vendor's payload becomes observations, by the profile that its topic names."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.cities.registry import CityContext, Registry
from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import observe
from schemas.interpreter.rejections import rejection_of
from schemas.journal import Facts, facts
from schemas.journey import reading_id
from schemas.topics import Address
from schemas.wire import NormalisedReading, Rejection
from stream_processors.steps.passage import Arrival, Passage

log = logging.getLogger(__name__)


def normalise(batch: Sequence[Arrival], *, registry: Registry) -> list[Passage]:
    """Return what each reading gives; one that cannot be read gives the reason."""
    return [_normalise(arrival, registry) for arrival in batch]


def _normalise(arrival: Arrival, registry: Registry) -> Passage:
    if arrival.erased:
        return _without(arrival, empty="erased")
    if arrival.refusal is not None:
        return _rejected(arrival, arrival.refusal)
    try:
        address = registry.routes.address(arrival.reading.source)
        context = registry.cities[address.city]
        profile = _profile(context, address)
    except ReadingRejected as rejected:
        return _rejected(arrival, rejection_of(rejected))
    try:
        return _observe(arrival, address, context, profile)
    except ReadingRejected as rejected:
        return _rejected(arrival, rejection_of(rejected), profile)
    except Exception as failure:
        # Whatever a payload does to the interpreter, it must not stop the readings behind it.
        log.exception("a profile failed", extra=_named(arrival))
        reason = Rejection(reason="profile.failed", detail=repr(failure))
        return _rejected(arrival, reason, profile)


def _named(arrival: Arrival) -> Mapping[str, Facts]:
    one = arrival.reading
    return facts(
        reading=reading_id(one.city, one.source, one.received_time),
        partition=arrival.partition,
        offset=arrival.offset,
    )


def _profile(context: CityContext, address: Address) -> CompiledProfile:
    try:
        return context.library.profile(address.profile)
    except Misconfigured as unknown:
        raise ReadingRejected("profile.unknown", str(unknown)) from unknown


def _observe(
    arrival: Arrival, address: Address, context: CityContext, profile: CompiledProfile
) -> Passage:
    reading = arrival.reading
    found = observe(
        profile,
        reading.payload,
        thing=address.thing,
        received_time=reading.received_time,
        zone=context.pack.zone,
        topic=reading.source,
    )
    return Passage(
        arrival=arrival,
        profile_version=profile.version,
        uplink=found.uplink,
        result=NormalisedReading(
            city=address.city,
            source=reading.source,
            profile=profile.id,
            partition=arrival.partition,
            offset=arrival.offset,
            received_time=reading.received_time,
            observations=found.observations,
            rejections=found.rejections,
            empty=found.empty,
            places=found.places,
        ),
    )


def _rejected(
    arrival: Arrival, reason: Rejection, profile: CompiledProfile | None = None
) -> Passage:
    return _without(arrival, profile, rejections=(reason,))


def _without(arrival: Arrival, profile: CompiledProfile | None = None, **why: Any) -> Passage:
    """Return a reading that gives no observations, and why."""
    reading = arrival.reading
    return Passage(
        arrival=arrival,
        profile_version=profile.version if profile else 0,
        result=NormalisedReading(
            city=reading.city,
            source=reading.source,
            profile=profile.id if profile else "",
            partition=arrival.partition,
            offset=arrival.offset,
            received_time=reading.received_time,
            **why,
        ),
    )
