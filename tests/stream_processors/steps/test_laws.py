"""What every step keeps to."""

import copy
from collections.abc import Callable, Sequence
from typing import TypeAlias

import pytest

from schemas.cities.registry import Registry
from stream_processors.steps.deduplicate import RedeliveryPolicy, RedeliveryState, deduplicate
from stream_processors.steps.halt import HaltPolicy, HaltState, halt
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival, Passage
from stream_processors.steps.qualify import qualify
from tests.stream_processors.packs import reading

Step: TypeAlias = Callable[[Sequence[Passage], Registry], list[Passage]]

STEPS: dict[str, Step] = {
    "normalise": lambda batch, registry: normalise(
        [passage.arrival for passage in batch], registry=registry
    ),
    "qualify": lambda batch, registry: qualify(batch, registry=registry),
    "deduplicate": lambda batch, registry: deduplicate(
        batch, RedeliveryState(), policy=RedeliveryPolicy()
    )[0],
    "halt": lambda batch, registry: halt(batch, HaltState(), policy=HaltPolicy(readings=1))[0],
}


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Step:
    return STEPS[request.param]


def _batch(registry: Registry) -> list[Passage]:
    readings = [
        reading(1),
        reading(2, model="meter", dup=True),
        reading(2, model="meter", dup=True),
        reading(3, payload=b"{"),
        reading(-1),
        reading(4, retained=True, model="meter"),
        reading(5, source="elders"),
    ]
    arrivals = [
        Arrival(partition=0, offset=10 + number, reading=one)
        for number, one in enumerate(readings)
    ]
    return normalise(arrivals, registry=registry)


def test_step_keeps_order_and_number(step: Step, registry: Registry) -> None:
    batch = _batch(registry)

    passages = step(batch, registry)

    assert [one.arrival for one in passages] == [one.arrival for one in batch]
    assert [one.result.offset for one in passages] == list(range(10, 17))


def test_step_never_changes_what_it_is_given(step: Step, registry: Registry) -> None:
    batch = _batch(registry)
    before = copy.deepcopy(batch)

    step(batch, registry)

    assert batch == before


def test_step_accepts_an_empty_batch(step: Step, registry: Registry) -> None:
    assert step([], registry) == []


def test_step_gives_the_same_again(step: Step, registry: Registry) -> None:
    batch = _batch(registry)

    assert step(batch, registry) == step(batch, registry)
