"""The table of fuzzers and abuse, made of a run: `python -m tests.fuzz.report FILE`."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import machine
from tests.fuzz.outcomes import Outcome, read

PAGE = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- Begin of the fuzzers -->", "<!-- End of the fuzzers -->"
_HEAD = "| what was sent | promise | times | seconds | broken |\n|---|---|--:|--:|--:|\n"


def table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as a table in Markdown."""
    return _HEAD + "".join(map(_row, outcomes))


def _row(one: Outcome) -> str:
    facts = "".join(f"; {name} {value}" for name, value in one.facts.items())
    broken = f"**{one.found}**" if one.found else "0"
    cells = one.what + facts, one.promise, f"{one.executions:,}", f"{one.seconds:.0f}", broken
    return f"| {' | '.join(cells)} |\n"


def write(outcomes: list[Outcome], page: Path = PAGE) -> None:
    """Replace the table of the page."""
    text = page.read_text(encoding="utf-8")
    found = machine(page.parent)
    when = (
        f"{datetime.now(UTC):%Y-%m-%d}, {found.cores} cores ({found.cpu}), {found.memory_gib} "
        f"GiB, {found.system}: {sum(one.executions for one in outcomes):,} cases."
    )
    made = f"{BEGIN}\n{when}\n\n{table(outcomes)}{END}"
    pattern = re.escape(BEGIN) + ".*" + re.escape(END)
    page.write_text(re.sub(pattern, lambda _: made, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    write(read(Path(sys.argv[1])))
