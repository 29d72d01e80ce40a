"""`stadspuls retention`: how long what is kept, what goes now, and what has gone."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg

from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.instants import instant
from deploy.settings import PlatformSettings
from deploy.sql import query
from schemas.settings import DatabaseConnection
from stream_processors.monitor import Health
from stream_processors.retention.keeper import Keeper
from stream_processors.retention.rules import read_rules
from stream_processors.settings import AggregateSettings, RetentionPolicy


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("retention", help="show and apply how long data is kept")
    actions = parser.add_subparsers(required=True, metavar="action")
    told = argparse.ArgumentParser(add_help=False)
    told.add_argument("--json", action="store_true", help="print facts as JSON")

    listing = actions.add_parser("list", parents=[common, told], help="the rules in force")
    listing.add_argument("--city", help="only of this city")
    listing.set_defaults(command=lambda wishes: asyncio.run(_list(wishes)))

    log = actions.add_parser(
        "log", parents=[common, told], help="what was removed, and by what rule"
    )
    log.add_argument("--city", help="only of this city")
    log.add_argument("--since", type=instant, help="a time, or so long ago (36h, 7d)")
    log.set_defaults(command=lambda wishes: asyncio.run(_log(wishes)))

    run = actions.add_parser(
        "run", parents=[common, told], help="remove now what the running platform removes in turn"
    )
    run.add_argument(
        "--dry-run", action="store_true", help="only tell what would be removed from datasets"
    )
    run.set_defaults(command=lambda wishes: asyncio.run(_run(wishes)))


async def _list(wishes: argparse.Namespace) -> int:
    async with _database(wishes) as database:
        rows = await database.fetch(query("retention_rules"), wishes.city)
    _tell(wishes, [dict(row) for row in rows], _rule_line)
    return 0


async def _log(wishes: argparse.Namespace) -> int:
    async with _database(wishes) as database:
        rows = await database.fetch(query("retention_log"), wishes.city, wishes.since)
    _tell(wishes, [dict(row) for row in rows], _log_line)
    return 0


async def _run(wishes: argparse.Namespace) -> int:
    if wishes.dry_run:
        async with _database(wishes) as database:
            _tell(wishes, await _plan(database), _removal_line)
        return 0
    keeper = Keeper(_settings(wishes), Health())
    try:
        removed = await keeper.turn()
    finally:
        await keeper.close()
    line = json.dumps({"removed": removed}) if wishes.json else f"{removed} rows removed"
    sys.stdout.write(f"{line}\n")
    return 0


async def _plan(database: asyncpg.Connection) -> list[dict[str, Any]]:
    plan: list[dict[str, Any]] = []
    for rule in await read_rules(database, datetime.now(UTC)):
        rows = await database.fetch(
            query("retention_plan"),
            rule.dataset_id,
            rule.observations_before,
            rule.aggregates_before,
        )
        for row in rows:
            declared = rule.aggregates if row["what"] == "aggregate" else rule.observations
            facts = {"city": rule.city, "theme": rule.theme, "rule": declared, "way": ""}
            plan.append({**facts, **row})
    return plan


def _settings(wishes: argparse.Namespace) -> AggregateSettings:
    platform, facts = PlatformSettings(), Installation(wishes.data_dir).running()
    return AggregateSettings(
        database=DatabaseConnection.model_validate({"dsn": facts["database"]}),
        retention=RetentionPolicy(
            publication_days=platform.publication_days,
            dead_letters_days=platform.dead_letters_days,
        ),
    )


@asynccontextmanager
async def _database(wishes: argparse.Namespace) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(Installation(wishes.data_dir).running()["database"])
    try:
        yield connection
    finally:
        await connection.close()


def _rule_line(row: Mapping[str, Any]) -> str:
    defaults = {"observations": "for ever", "aggregates": "for ever", "deadLetters": "as the rest"}
    kept = ", ".join(f"{name} {row[name] or default}" for name, default in defaults.items())
    since = f"; nothing before {row['keptFrom']:%Y-%m-%d %H:%M}" if row["keptFrom"] else ""
    return f"{row['city']}/{row['theme']}: {kept}{since}"


def _log_line(row: Mapping[str, Any]) -> str:
    return f"{row['removedAt']:%Y-%m-%d %H:%M:%S}  {_removal_line(row)}"


def _removal_line(row: Mapping[str, Any]) -> str:
    whose = "/".join(part for part in (row["city"], row["theme"]) if part) or "all"
    times = f" from {row['first']:%Y-%m-%d %H:%M} to {row['last']:%Y-%m-%d %H:%M}"
    whole = " (whole partitions)" if row["way"] == "partition" else ""
    return (
        f"{row['count']} {row['what']} of {whose} by {row['rule']}"
        f"{times if row['first'] else ''}{whole}"
    )


def _tell(
    wishes: argparse.Namespace,
    rows: Sequence[dict[str, Any]],
    line: Callable[[Mapping[str, Any]], str],
) -> None:
    if wishes.json:
        sys.stdout.write(json.dumps(rows, default=str, ensure_ascii=False) + "\n")
        return
    sys.stdout.writelines(f"{line(row)}\n" for row in rows)
