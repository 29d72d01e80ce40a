"""Qualify: doubtful values get a flag with its reason, and stay."""

from collections.abc import Sequence

from schemas.cities.registry import Registry
from schemas.wire import NormalisedReading, Observation
from stream_processors.steps.passage import Passage


def qualify(batch: Sequence[Passage], *, registry: Registry) -> list[Passage]:
    """Return the batch with the flags that the rules of quality raise."""
    return [_qualify(passage, registry) for passage in batch]


def _qualify(passage: Passage, registry: Registry) -> Passage:
    result = passage.result
    if not result.observations:
        return passage
    qualified = tuple(_flagged(one, result, registry) for one in result.observations)
    if all(new is old for new, old in zip(qualified, result.observations, strict=True)):
        return passage
    return passage.with_result(observations=qualified)


def _flagged(
    observation: Observation, result: NormalisedReading, registry: Registry
) -> Observation:
    library = registry.cities[result.city].library
    series = library.profile(observation.profile).datastream(observation.datastream)
    return series.qualify(observation, result.received_time)
