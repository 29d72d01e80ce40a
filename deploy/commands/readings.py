"""`stadspuls readings`: one reading's way; old readings again, after a profile was mended."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Table

from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.instants import instant
from deploy.reading_journey.search import find
from deploy.reading_journey.text import facts_of, lines_of
from deploy.readings_replay import replay_readings
from schemas.settings import KafkaConnection
from stream_processors.replay.replay import Progress, Report
from stream_processors.replay.selection import Selection


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "readings", help="show one reading's way; read old readings again, after a mend"
    )
    actions = parser.add_subparsers(required=True, metavar="action")
    replay = actions.add_parser(
        "replay",
        parents=[common],
        help="read them by the profiles of today: corrections and withdrawals",
        description="Reads the readings that Kafka still has by the profiles of today. What they "
        "give differently becomes corrections, what they give no more is withdrawn, each once "
        "however often this is run or interrupted; live readings go on. Newest first, no faster "
        "than the store takes it.",
    )
    replay.add_argument("--city", help="only of this city")
    replay.add_argument(
        "--profile", help="only of this profile, vendor/model; also what its envelopes bring"
    )
    replay.add_argument("--source", help="only of this topic, or MQTT filter of topics")
    replay.add_argument(
        "--since", type=instant, help="only received since a time, or so long ago (36h, 7d)"
    )
    replay.add_argument("--until", type=instant, help="only received before a time")
    replay.add_argument(
        "--dry-run", action="store_true", help="only tell roughly what would change"
    )
    replay.add_argument(
        "--force", action="store_true", help="even if a profile rejects most of its readings"
    )
    replay.add_argument("--json", action="store_true", help="print facts as JSON")
    replay.set_defaults(command=lambda wishes: asyncio.run(_replay(wishes)))

    show = actions.add_parser(
        "show", parents=[common], help="one reading's way, from the gateway to its observations"
    )
    show.add_argument("reading", help="its name: 32 digits, as logs and dead letters have it")
    show.add_argument("--json", action="store_true", help="print facts as JSON")
    show.set_defaults(command=lambda wishes: asyncio.run(_show(wishes)))


async def _show(wishes: argparse.Namespace) -> int:
    running = Installation(wishes.data_dir).running()
    kafka = KafkaConnection.model_validate(running["kafka"])
    database = await asyncpg.connect(running["database"])
    try:
        facts = facts_of(await find(wishes.reading, kafka=kafka, database=database))
    finally:
        await database.close()
    if wishes.json:
        sys.stdout.write(json.dumps(facts, default=str, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines_of(facts))
    return 0


async def _replay(wishes: argparse.Namespace) -> int:
    names = ("city", "profile", "source", "since", "until")
    with _shown() as progress:
        report = await replay_readings(
            Installation(wishes.data_dir),
            Selection(**{name: getattr(wishes, name) for name in names}),
            is_rehearsal=wishes.dry_run,
            is_forced=wishes.force,
            progress=progress,
        )
    facts = _facts(report)
    if wishes.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        _write(facts)
    return 0


def _facts(report: Report) -> dict[str, Any]:
    outcome, beyond = report.outcome, report.beyond_reach
    return {
        "replay": report.replay,
        "dry_run": not report.replay,
        "readings": report.readings,
        "readings_normalised": outcome.normalised,
        "readings_empty": outcome.empty,
        "readings_rejected": outcome.rejected,
        "dead_letters": outcome.dead_letters,
        "observations_new": outcome.observations,
        "observations_unchanged": outcome.duplicates,
        "observations_corrected": outcome.corrections,
        "observations_withdrawn": outcome.withdrawals,
        "observations_withheld": outcome.withheld,
        "unreachable_readings": beyond.readings,
        "unreachable_before": beyond.before.isoformat() if beyond.before else None,
    }


def _write(facts: dict[str, Any]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2))
    for name, value in facts.items():
        if name.startswith(("readings", "observations", "dead")):
            table.add_row(name.replace("_", " "), f"{value:,}")
    console = Console(file=sys.stdout, highlight=False)
    console.print(table)
    if facts["dry_run"]:
        console.print("Nothing was changed: a dry run.")
    if facts["unreachable_readings"]:
        console.print(
            f"Kafka has nothing any more of {facts['unreachable_readings']:,} readings received "
            f"before {facts['unreachable_before']}: what they gave stays as it is.",
            soft_wrap=True,
        )


@contextmanager
def _shown() -> Iterator[Progress]:
    """Show how far it is on standard error, where that is a terminal."""
    console = Console(stderr=True)
    with rich_progress.Progress(console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, rich_progress.TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what)
            bars.update(tasks[what], completed=done, total=total)

        yield progress
