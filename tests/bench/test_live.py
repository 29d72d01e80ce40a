"""The clients of the live benchmark count what they hear, however it is cut into pieces."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bench.live.arms import of_one_thing, of_some_streams
from bench.live.audience import ClientLine, Crowd

TEXT = b"".join(
    b'id: %d\ndata: {"sequence":%d,"publishedTime":"%b"}\n\n' % (n, n, time.encode())
    for n, time in enumerate(
        (datetime.now(UTC) - timedelta(seconds=n)).isoformat().replace("+00:00", "Z")
        for n in range(9)
    )
)


@given(st.lists(st.integers(0, len(TEXT)), max_size=30))
def test_each_event_counts_once(cuts: list[int]) -> None:
    crowd = Crowd()
    line = ClientLine.__new__(ClientLine)
    line._crowd, line._seam = crowd, b""
    edges = [0, *sorted(cuts), len(TEXT)]

    for begin, end in pairwise(edges):
        crowd.take(TEXT[begin:end], line.seam(TEXT[begin:end]))

    assert crowd.events == 9
    assert crowd.bytes == len(TEXT)


def test_queries_ask_for_a_hundredth_of_everything() -> None:
    assert len(set(of_one_thing(10_000))) == 100
    tens = of_some_streams(10_000)
    assert len(set(tens)) == 1000
    assert {len(set(one.partition("=")[2].split(","))) for one in tens} == {10}
