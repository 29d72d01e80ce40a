"""A profile that reads hardly anything stops; its readings wait."""

from schemas.cities.registry import Registry
from stream_processors.steps.halt import HaltPolicy, HaltState, halt
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival, Passage
from tests.stream_processors.packs import reading

POLICY = HaltPolicy(share=0.5, readings=10)


def _batch(registry: Registry, good: int, bad: int, *, model: str = "teller") -> list[Passage]:
    readings = [reading(number, model=model) for number in range(good)]
    readings += [reading(model=model, payload=b"{")] * bad
    arrivals = [Arrival(partition=0, offset=n, reading=one) for n, one in enumerate(readings)]
    return normalise(arrivals, registry=registry)


def _reasons(passages: list[Passage]) -> list[str]:
    return [one.result.rejections[-1].reason for one in passages if one.result.rejections]


def test_too_many_rejected_readings_stop_the_profile(registry: Registry) -> None:
    _, state = halt(_batch(registry, 4, 6), HaltState(), policy=POLICY)
    passages, _ = halt(_batch(registry, 2, 1), state, policy=POLICY)

    assert _reasons(passages) == ["profile.stopped"] * 3
    assert all(one.result.outcome == "rejected" for one in passages)


def test_half_is_not_too_many(registry: Registry) -> None:
    _, state = halt(_batch(registry, 5, 5), HaltState(), policy=POLICY)

    assert state.stopped(POLICY) == []


def test_few_readings_decide_nothing(registry: Registry) -> None:
    _, state = halt(_batch(registry, 0, 9), HaltState(), policy=POLICY)

    assert state.stopped(POLICY) == []


def test_other_profiles_go_on(registry: Registry) -> None:
    _, state = halt(_batch(registry, 0, 10), HaltState(), policy=POLICY)
    passages, _ = halt(_batch(registry, 3, 0, model="meter"), state, policy=POLICY)

    assert _reasons(passages) == []


def test_profile_goes_on_when_its_readings_can_be_read_again(registry: Registry) -> None:
    _, state = halt(_batch(registry, 0, 10), HaltState(), policy=POLICY)
    waiting, state = halt(_batch(registry, 10, 0), state, policy=POLICY)
    passages, _ = halt(_batch(registry, 1, 0), state, policy=POLICY)

    assert _reasons(waiting) == ["profile.stopped"] * 10
    assert _reasons(passages) == []


def test_readings_without_a_profile_stop_nothing(registry: Registry) -> None:
    arrivals = [
        Arrival(partition=0, offset=n, reading=reading(source="elders")) for n in range(20)
    ]
    _, state = halt(normalise(arrivals, registry=registry), HaltState(), policy=POLICY)

    assert state.stopped(POLICY) == []
