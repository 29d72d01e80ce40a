"""What people see of a recording that is published."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from deploy.recording_report import RecordingReport


@contextmanager
def counted(what: str) -> Iterator[Callable[[int], None]]:
    """Yield what shows a number on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda number: bar.update(task, completed=number)


def write_report(topic: str, found: RecordingReport, *, as_json: bool) -> None:
    """Write what became of it to standard output."""
    if as_json:
        facts = {"topic": topic, "messages_published": found.messages_acknowledged}
        sys.stdout.write(json.dumps(facts | found.facts()) + "\n")
        return
    table = Table(title=topic, title_justify="left", box=None, show_header=False, padding=(0, 2))
    for name, value in found.facts().items():
        if not isinstance(value, dict):
            table.add_row(name.replace("_", " "), f"{value:,}")
    for code, count in found.observations_flagged.items():
        table.add_row(f"  flag {code}", f"{count:,}")
    for reason, count in found.rejections.items():
        table.add_row(f"  rejected {reason}", f"{count:,}")
    Console(file=sys.stdout, highlight=False).print(table)
