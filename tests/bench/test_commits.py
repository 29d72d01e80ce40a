"""A commit is known by its notification."""

import pytest

from bench.commits import Commits, latency
from bench.results import Latency


def test_a_sequence_was_committed_with_its_batch() -> None:
    commits = Commits()
    commits.take(10, 1.0)
    commits.take(20, 2.0)

    assert [commits.time_of(sequence) for sequence in (1, 10, 11, 20)] == [1.0, 1.0, 2.0, 2.0]
    assert commits.last_time == 2.0
    with pytest.raises(IndexError):
        commits.time_of(21)


def test_percentiles_are_values_that_occurred() -> None:
    assert latency(float(number) for number in range(1, 101)) == Latency(p50_ms=50.0, p99_ms=99.0)
    assert latency([]) is None
