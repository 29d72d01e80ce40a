"""The table of faults, made of the outcomes of a run: `python -m tests.faults.report FILE`."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import machine
from tests.faults.outcomes import Outcome, read

PAGE = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- Begin of the faults -->", "<!-- End of the faults -->"
_HEAD = (
    "| fault | promise | acknowledged | lost | twice | unheard | stall, s | recovery, s |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|\n"
)


def table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as a table in Markdown, kept promises and others alike."""
    return _HEAD + "".join(map(_row, outcomes))


def _row(one: Outcome) -> str:
    facts = "".join(f"; {name} {value}" for name, value in one.facts.items())
    cells = (
        one.fault + facts,
        one.promise if one.is_kept else f"**broken**: {one.promise}",
        f"{one.acknowledged:,}",
        one.lost,
        one.twice,
        one.unheard,
        _seconds(one.stall_seconds) + (f" ({one.stall_reason})" if one.stall_reason else ""),
        _seconds(one.recovery_seconds),
    )
    return f"| {' | '.join(map(str, cells))} |\n"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f}"


def write(outcomes: list[Outcome], page: Path = PAGE) -> None:
    """Replace the table of the page."""
    text = page.read_text(encoding="utf-8")
    found = machine(page.parent)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    when = (
        f"{day}, {found.cores} cores ({found.cpu}), {found.memory_gib} GiB, {found.system}; "
        "Mosquitto, Apache Kafka, PostgreSQL with TimescaleDB and the load on this one machine."
    )
    made = f"{BEGIN}\n{when}\n\n{table(outcomes)}{END}"
    pattern = re.escape(BEGIN) + ".*" + re.escape(END)
    page.write_text(re.sub(pattern, lambda _: made, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    write(read(Path(sys.argv[1])))
