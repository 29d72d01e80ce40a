"""Rounds become a table, and the table a part of the README."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.figures import cpu_per_message, figure, of_arm, whole_to_relay
from bench.report import markdown, with_figures
from bench.results import (
    Arm,
    Building,
    Cost,
    Giving,
    Latency,
    Machine,
    Pages,
    Results,
    Round,
    load,
    save,
)


def arm(**facts: Any) -> Arm:
    usual = {
        "messages": 1000,
        "seconds": 1.0,
        "publish_seconds": 0.9,
        "rate": None,
        "costs": {"mqtt": Cost(cpu_seconds=0.01, memory_mib=8.0)},
        "machine_seconds": 0.01,
    }
    return Arm(**{**usual, **facts})


def one_round(*, seconds: float, lost: int = 0) -> Round:
    whole = arm(
        seconds=seconds,
        observations=5000,
        lost=lost,
        stages={"ingest": 0.5},
        committed_latency=Latency(p50_ms=20.0, p99_ms=50.0),
    )
    partial = msgspec.structs.replace(whole, rate=400.0, publish_seconds=seconds - 0.1)
    return Round(relay=arm(), whole=whole, partial=partial)


def results(*rounds: Round) -> Results:
    return Results(
        begun="2026-01-01T10:00:00+00:00",
        took_seconds=60.0,
        services="real",
        things=10,
        values=5,
        payload_bytes=240,
        rounds=list(rounds),
        machine=Machine(cpu="x", cores=2, memory_gib=4.0, system="Debian", filesystem="ext4"),
        versions={"Mosquitto": "2.0.11"},
    )


def test_a_figure_is_the_median_with_its_range() -> None:
    assert figure([3.0, 1.0, 2.0]) == (2.0, 1.0, 3.0)


def test_a_figure_with_a_gap_is_none() -> None:
    assert figure([3.0, None]) is None
    assert figure([]) is None


def test_the_ratio_is_taken_round_by_round() -> None:
    ratio = whole_to_relay(results(one_round(seconds=2.0), one_round(seconds=4.0)))

    assert ratio == (0.375, 0.25, 0.5)


def test_cpu_time_is_told_for_a_message() -> None:
    found = of_arm(results(one_round(seconds=2.0)), "relay", cpu_per_message("mqtt"))

    assert found is not None
    assert found.median == pytest.approx(10.0)


def test_the_table_tells_what_went_through() -> None:
    text = markdown(results(one_round(seconds=2.0), one_round(seconds=4.0)))

    assert "| messages a second | 1,000 | 375 (250 - 500) | 375 (250 - 500) |" in text
    assert "| messages lost |  | 0 | 0 |" in text
    assert "| publish → committed, p99 ms |  | 50 | 50 |" in text
    assert "| kept up |  |  | yes |" in text
    assert "2026-01-01, 2 cores (x)" in text


def test_event_streams_have_a_table_of_their_own() -> None:
    building = Building(
        observations=50_000,
        seconds=9.5,
        pages=95,
        cost=Cost(cpu_seconds=2.0, memory_mib=90.0),
        behind_seconds=0.5,
    )
    giving = Giving(page_bytes=51_000, plain_per_second=4000, page_per_second=3600, ratio=0.9)
    found = msgspec.structs.replace(results(one_round(seconds=2.0)), pages=Pages(building, giving))
    text = markdown(found)

    assert "| share of a core that the builder took | 20.0% |" in text
    assert "| the page's rate to theirs | 0.90 |" in text
    assert "Event streams" not in markdown(results(one_round(seconds=2.0)))


def test_losses_of_all_arms_are_added() -> None:
    assert results(one_round(seconds=2.0, lost=3)).lost == 6


def test_figures_replace_what_is_between_the_marks() -> None:
    document = "a\n<!-- Begin of the figures -->\nold\n<!-- End of the figures -->\nb\n"
    found = results(one_round(seconds=2.0))
    once = with_figures(document, found)

    assert markdown(found) in once
    assert "old" not in once
    assert once.startswith("a\n")
    assert once.endswith("-->\nb\n")
    assert with_figures(once, found) == once


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        with_figures("nothing", results(one_round(seconds=2.0)))


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    found = results(one_round(seconds=2.0))
    save(found, tmp_path / "folder" / "results.json")

    assert load(tmp_path / "folder" / "results.json") == found
