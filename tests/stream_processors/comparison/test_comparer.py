"""A batch beside what came before it and beside its neighbours."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import StoreUnavailable
from schemas.wire import Observation
from stream_processors.comparison import comparer as module
from stream_processors.comparison.comparer import Comparer
from tests.stream_processors.comparison.watching import (
    ERROR,
    EveryWatch,
    RememberedHistory,
)
from tests.stream_processors.scene import observation, reading


class Bench:
    """A comparer over a history in memory, which learns what was compared."""

    def __init__(self, **around: tuple[int, ...]) -> None:
        self.history = RememberedHistory(around={int(k[1:]): v for k, v in around.items()})
        self.seconds = 1000.0
        self.comparer = Comparer(
            EveryWatch(), self.history, barring=[ERROR], clock=lambda: self.seconds
        )

    async def compare(self, *given: tuple[int, Observation]) -> list[Observation]:
        """Compare a batch, then store it."""
        pairs = list(given)
        await self.comparer.compare([(reading(0), pairs)])
        for series, one in pairs:
            if isinstance(one.result, float):
                known = self.history.values.setdefault(series, [])
                known.append((one.phenomenon_start, one.result, one.quality))
        return [one for _, one in pairs]


async def test_flag_is_behind_those_that_are_there_and_the_raw_value_is_kept() -> None:
    bench = Bench()
    doubtful = observation(1, 5, 60.0, quality=("time.received",))

    _, leap = await bench.compare((1, observation(1, 0, 20.0)), (1, doubtful))

    assert leap.quality == ("time.received", "rate.steep")
    assert (leap.result, leap.raw_result) == (60.0, 60.0)


async def test_past_is_read_once_for_each_datastream_and_again_when_forgotten() -> None:
    bench = Bench()
    await bench.compare((1, observation(1, 0, 20.0)))
    bench.comparer.forget()

    [leap] = await bench.compare((1, observation(1, 5, 60.0)))
    await bench.compare((1, observation(1, 6, 60.0)))

    assert leap.quality == ("rate.steep",)
    assert bench.history.asked.count("pasts") == 2


async def test_texts_truths_and_values_with_an_error_are_left_alone() -> None:
    bench = Bench()
    given = [
        (1, observation(1, 0, 20.0)),
        *((1, observation(1, 5, other)) for other in ("text", True, {"a": 1})),
        (1, observation(1, 6, 900.0, quality=(ERROR,))),
        (1, observation(1, 7, 20.5)),
    ]

    assert await bench.compare(*given) == [one for _, one in given]


async def test_neighbours_are_asked_once_a_batch() -> None:
    bench = Bench(n1=(2, 3), n4=(2, 3))
    await bench.compare(*((series, observation(series, 0, 20.0)) for series in (2, 3)))
    bench.history.asked.clear()

    alike, unlike = await bench.compare((1, observation(1, 1, 20.5)), (4, observation(4, 1, 25.0)))

    assert (alike.quality, unlike.quality) == ((), ("neighbours.differ",))
    assert bench.history.asked == ["pasts", "neighbours", "newest"]


async def test_late_value_is_not_set_beside_neighbours_of_now() -> None:
    bench = Bench(n1=(2, 3))
    given = [(series, observation(series, 30, 20.0)) for series in (1, 2, 3)]
    await bench.compare(*given)

    [late] = await bench.compare((1, observation(1, 10, 90.0)))

    assert late.quality == ()


async def test_nothing_is_changed_when_the_history_is_away() -> None:
    bench = Bench()
    await bench.compare((1, observation(1, 0, 20.0)))
    pairs = [(1, observation(1, 5, 60.0)), (2, observation(2, 5, 60.0))]

    bench.history.away = True
    with pytest.raises(StoreUnavailable):
        await bench.comparer.compare([(reading(0), pairs)])
    bench.history.away = False
    [leap] = await bench.compare(pairs[0])

    assert pairs[0][1].quality == ()
    assert leap.quality == ("rate.steep",)


async def test_memory_is_bounded_and_what_fell_out_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 10)
    bench = Bench()
    for series in range(30):
        await bench.compare((series, observation(series, 0, 20.0)))

    leaps = [(await bench.compare((n, observation(n, 5, 60.0))))[0] for n in range(30)]

    assert len(bench.comparer._pasts) <= 10
    assert {leap.quality for leap in leaps} == {("rate.steep",)}


_SERIES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 50),
        st.sampled_from([1.0, 1.5, 2.0, 40.0, float("inf"), -3.0]) | st.floats(allow_nan=False),
        st.sampled_from([(), (ERROR,), ("time.received",)]),
    ),
    max_size=30,
)


@given(values=_SERIES, cuts=st.sets(st.integers(0, 30)), forgetting=st.booleans())
async def test_rules_add_flags_and_nothing_else_however_the_batches_are_cut(
    values: Sequence[tuple[int, int, float, tuple[str, ...]]],
    cuts: set[int],
    forgetting: bool,
) -> None:
    bench = Bench(n1=(2, 3), n2=(1, 3))
    given = [(n, observation(n, minute, v, quality=f)) for n, minute, v, f in values]
    found: list[Observation] = []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(given)], strict=True):
        found += await bench.compare(*given[begin:end])
        if forgetting:
            bench.comparer.forget()

    for (_, before), after in zip(given, found, strict=True):
        assert after.quality[: len(before.quality)] == before.quality
        assert after.result == before.result
        plain = msgspec.structs.replace(
            after, quality=before.quality, raw_result=before.raw_result
        )
        assert plain == before


async def test_newest_values_of_neighbours_are_read_again_when_they_are_some_seconds_old() -> None:
    bench = Bench(n1=(2, 3))
    for seconds in (0.0, 1.0, module.NEWEST_SECONDS + 2):
        bench.seconds = 1000 + seconds
        await bench.compare((1, observation(1, seconds, 20.0)))

    assert bench.history.asked.count("newest") == 2


async def test_neighbours_of_a_few_are_looked_for_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AROUND_AT_ONCE", 2)
    bench = Bench(**{f"n{number}": (8, 9) for number in range(1, 6)})
    await bench.compare(*((series, observation(series, 0, 20.0)) for series in (8, 9)))

    found = [
        await bench.compare(*((n, observation(n, minute, 25.0)) for n in range(1, 6)))
        for minute in (1, 2, 3)
    ]

    assert [sum(bool(one.quality) for one in batch) for batch in found] == [2, 4, 5]


async def test_neighbours_are_looked_for_again_less_and_less_often() -> None:
    """Whose neighbours come later has them soon; who has them does not ask all the time."""
    bench = Bench(n1=(2, 3))
    for minute in range(24 * 60):
        bench.seconds = 1000 + minute * 60.0
        await bench.compare((1, observation(1, minute, 20.0)))

    first_hours, day = 6, 24  # minutes apart: 1, 1, 1, 1, 1, 2, 3, 5, 9, 18, 35, then 60
    assert day <= bench.history.asked.count("neighbours") <= day + 2 * first_hours
