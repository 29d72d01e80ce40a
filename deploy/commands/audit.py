"""`stadspuls audit`: is everything that came where it must be?"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from deploy.audit import Report, audit
from deploy.audit.tally import Counts, Row
from deploy.commands import Parsers
from deploy.installation import Installation
from schemas.settings import KafkaConnection

_SHOWN = 20


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "audit",
        parents=[common],
        help="compare what came with what is stored and published",
        description="Compares Kafka, the database and the publication, from the data itself: "
        "received = stored + duplicate + withheld + empty + rejected, by city, source and hour. "
        "Readings that are still on their way are not looked at. Exit status 1 when something "
        "is wrong.",
    )
    parser.add_argument(
        "--since",
        type=_time,
        default=datetime.now(UTC) - timedelta(hours=24),
        help="readings received since the hour of this time, as 2026-03-02T08:00Z (default: a day "
        "ago); Kafka must still have them",
    )
    parser.add_argument("--json", action="store_true", help="print facts as JSON")
    parser.set_defaults(command=lambda wishes: asyncio.run(_audit(wishes)))


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time such as 2026-03-02T08:00Z"
        ) from wrong
    return time if time.tzinfo else time.replace(tzinfo=UTC)


async def _audit(wishes: argparse.Namespace) -> int:
    facts = Installation(wishes.data_dir).running()
    database = await asyncpg.connect(facts["database"])
    try:
        kafka = KafkaConnection.model_validate(facts["kafka"])
        report = await audit(database, kafka, wishes.since)
    finally:
        await database.close()
    if wishes.json:
        sys.stdout.write(json.dumps(_facts(report)) + "\n")
    else:
        _show(report)
    return 1 if report.findings else 0


def _facts(report: Report) -> dict[str, Any]:
    return {
        "since": report.tally.since.isoformat(),
        "cities": {city: asdict(counts) for city, counts in report.tally.by_city().items()},
        "rows": [_row(row, counts) for row, counts in sorted(report.tally.rows.items())],
        "findings": [{"kind": one.kind, **one.where} for one in report.findings],
    }


def _row(row: Row, counts: Counts) -> dict[str, Any]:
    return {**row._asdict(), "hour": row.hour.isoformat(), **asdict(counts)}


def _show(report: Report) -> None:
    console = Console(file=sys.stdout, highlight=False)
    console.print(_table("city", report.tally.by_city().items()))
    unbalanced = [
        (f"{row.hour:%Y-%m-%d %H:%M} {row.source}", counts)
        for row, counts in report.tally.unbalanced()
    ]
    if unbalanced:
        console.print(_table("hour and source", unbalanced[:_SHOWN]))
    for finding in report.findings[:_SHOWN]:
        console.print(str(finding), soft_wrap=True)
    console.print(f"{len(report.findings)} findings since {report.tally.since:%Y-%m-%d %H:%M} UTC")


def _table(first: str, rows: Iterable[tuple[str, Counts]]) -> Table:
    table = Table(first, *asdict(Counts()), box=None)
    for name, counts in rows:
        table.add_row(name, *map(str, asdict(counts).values()))
    return table
