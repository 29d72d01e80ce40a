"""Samples tell where the time goes."""

from bench.profiling import hottest


def test_samples_are_summed_up_by_function() -> None:
    lines = ["main (a.py:1);work (b.py:2) 3", "main (a.py:9);work (b.py:7) 5", "main (a.py:9) 2"]

    assert hottest(lines) == [("work (b.py)", 0.8, 0.8), ("main (a.py)", 0.2, 1.0)]
