"""The results as tables: on the terminal, and in the README.

`python -m bench.report FILE` writes the README's figures from a file of results.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table as RichTable

from bench import interpreter
from bench.figures import (
    Figure,
    Pick,
    all_cpu_per_message,
    cpu_per_message,
    memory,
    of_arm,
    others_cores,
    processes,
    whole_to_relay,
)
from bench.marks import Marks
from bench.results import Arm, Pages, Results, load

_MARKS: Final = Marks("<!-- Begin of the figures -->", "<!-- End of the figures -->")
_README: Final = Path(__file__).parent.parent / "README.md"
_ARMS: Final = ("relay", "whole", "partial")
_GOOD_WORDS: Final = ("PostgreSQL", "TimescaleDB", "Mosquitto", "Apache Kafka", "Python")


class Table(NamedTuple):
    """A table of text; the first column is on the left, the others on the right."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def tables(results: Results) -> list[Table]:
    """Return what was found."""
    found = [_outcomes(results), _costs(results)]
    return [*found, _pages(results.pages)] if results.pages else found


def speed_table(results: Results) -> Table:
    """Return what the interpreter does, profile by profile."""
    ordered = sorted(results.interpreter, key=lambda one: -one.observations_per_second)
    return Table(
        "One core interprets", interpreter.HEADER, [interpreter.row(one) for one in ordered]
    )


def markdown(results: Results) -> str:
    """Return the results as a part of a document."""
    parts = [_conditions(results)]
    for table in tables(results):
        sides = ["---", *("--:" for _ in table.header[1:])]
        rows = [table.header, tuple(sides), *table.rows]
        parts.append(f"{table.title}:")
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return "\n\n".join(parts)


def show(results: Results) -> None:
    """Write the results to standard output; with colour and lines on a terminal."""
    if not sys.stdout.isatty():
        print(markdown(results))
        print(f"\nOne core interprets:\n\n{interpreter.markdown(results.interpreter)}")
        return
    console = Console()
    console.print(_conditions(results))
    for table in (*tables(results), speed_table(results)):
        console.print(_rich(table))


def with_figures(document: str, results: Results) -> str:
    """Return a document with the figures between their marks.

    Raises:
        ValueError: the marks are missing.
    """
    return _MARKS.fill(document, markdown(results))


def main() -> None:
    """Write the README's figures."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program's name and one file
        sys.exit("usage: python -m bench.report FILE")
    document = _README.read_text(encoding="utf-8")
    _README.write_text(with_figures(document, load(Path(sys.argv[1]))), encoding="utf-8")


def _conditions(results: Results) -> str:
    machine = results.machine
    others = max(
        others_cores(arm) for one in results.rounds for arm in (one.relay, one.whole, one.partial)
    )
    services = ", ".join(
        f"{name} {results.versions[name]}" for name in _GOOD_WORDS if name in results.versions
    )
    return (
        f"{results.begun[:10]}, {machine.cores} cores ({machine.cpu}), {machine.memory_gib:.0f} "
        f"GiB, {machine.system}, everything on this one machine, publisher included; {services}. "
        f"{results.things} things, {results.payload_bytes} bytes and {results.values} "
        f"observation{'s' if results.values > 1 else ''} a message, QoS 1 in and out. Median of "
        f"{len(results.rounds)} rounds (lowest - highest); other programs kept up to "
        f"{others:.1f} cores busy meanwhile."
    )


def _outcomes(results: Results) -> Table:
    def row(words: str, pick: Pick, digits: int = 0) -> tuple[str, ...]:
        return (words, *(_text(of_arm(results, arm, pick), digits) for arm in _ARMS))

    share = results.rounds[0].partial.rate or 0.0
    share /= results.rounds[0].whole.messages_per_second
    rows = [
        row("messages a second", lambda arm: arm.messages_per_second),
        ("of the relay's", "1", _text(whole_to_relay(results), 3), ""),
        row("observations a second", _stored(lambda arm: arm.observations / arm.seconds)),
        row("messages lost", _stored(lambda arm: arm.lost)),
        row("rows more than sent", _stored(lambda arm: arm.duplicates)),
        *(
            row(f"messages a second through {name}", _through(name))
            for name in ("ingest", "normalise")
        ),
        row("publish → committed, p50 ms", lambda arm: _ms(arm, "p50_ms")),
        row("publish → committed, p99 ms", lambda arm: _ms(arm, "p99_ms")),
        row("aggregates complete after, s", lambda arm: arm.behind_seconds, 1),
    ]
    kept = all(one.partial.kept_up for one in results.rounds)
    rows.append(("kept up", "", "", "yes" if kept else "no"))
    return Table(
        "What went through",
        ("", "raw relay", "whole, as fast as it goes", f"whole, at {share:.0%} of that"),
        rows,
    )


def _costs(results: Results) -> Table:
    rows = [
        (
            name,
            *(_text(of_arm(results, arm, cpu_per_message(name)), 1) for arm in _ARMS),
            f"{memory(results, name):.0f}" if memory(results, name) else "",
        )
        for name in processes(results)
    ]
    total = [_text(of_arm(results, arm, all_cpu_per_message), 1) for arm in _ARMS]
    return Table(
        "CPU time in microseconds for a message, and memory",
        ("process", "raw relay", "whole", "partial", "peak MiB"),
        [*rows, ("all", *total, "")],
    )


def _pages(pages: Pages) -> Table:
    building, giving = pages.building, pages.giving
    published = building.observations / building.seconds
    rows: list[tuple[str, ...]] = [
        ("observations a second that were published", f"{published:,.0f}"),
        ("pages closed", f"{building.pages:,}"),
        ("share of a core that the builder took", f"{building.core:.1%}"),
        ("seconds behind at the end", f"{building.behind_seconds:.2f}"),
        ("bytes of a closed page, compressed", f"{giving.page_bytes:,}"),
        ("such pages a second, of one process", f"{giving.page_per_second:,.0f}"),
        ("plain bytes of that size a second", f"{giving.plain_per_second:,.0f}"),
        ("the page's rate to theirs", f"{giving.ratio:.2f}"),
    ]
    return Table("Event streams", ("", "figure"), rows)


def _stored(pick: Pick) -> Pick:
    """Pick only of arms that store."""
    return lambda arm: pick(arm) if arm.observations else None


def _through(station: str) -> Callable[[Arm], float | None]:
    return lambda arm: arm.messages / arm.stages[station] if station in arm.stages else None


def _ms(arm: Arm, name: str) -> float | None:
    return getattr(arm.committed_latency, name) if arm.committed_latency else None


def _text(found: Figure | None, digits: int) -> str:
    if found is None:
        return ""
    middle, lowest, highest = (f"{one:,.{digits}f}" for one in found)
    return middle if lowest == highest else f"{middle} ({lowest} - {highest})"


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left")
    for place, words in enumerate(table.header):
        shown.add_column(words, justify="right" if place else "left")
    _add(shown, table.rows)
    return shown


def _add(shown: RichTable, rows: Sequence[tuple[str, ...]]) -> None:
    for row in rows:
        shown.add_row(*row)


if __name__ == "__main__":
    main()
