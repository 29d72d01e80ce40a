"""`stadspuls dead-letters`: what was rejected, why, and again after a mend."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg

from api.dead_letters.letters import Wanted as Letters
from api.dead_letters.letters import read_groups, read_letter, read_newest
from deploy.commands import Parsers
from deploy.dead_letter_replay import Wanted, replay
from deploy.dead_letter_text import letter_lines, printable
from deploy.installation import Installation
from deploy.instants import instant
from deploy.sql import query
from ingest.partitioner import Partitioner
from schemas.errors import NotFound
from schemas.settings import KafkaConnection
from schemas.vocabulary import Vocabulary

_GROUPS: Final = ("city", "profile", "reason")


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("dead-letters", help="show and replay what was rejected, and why")
    actions = parser.add_subparsers(required=True, metavar="action")
    narrow = argparse.ArgumentParser(add_help=False)
    narrow.add_argument("--city", help="only of this city")
    narrow.add_argument("--profile", help="only of this profile, vendor/model")
    narrow.add_argument("--reason", help="only with this reason, such as payload.malformed")
    narrow.add_argument(
        "--since", type=instant, help="only received since a time, or so long ago (36h, 7d)"
    )
    narrow.add_argument("--json", action="store_true", help="print facts as JSON")

    listing = actions.add_parser("list", parents=[common, narrow], help="counts, and the newest")
    listing.add_argument("--by", choices=_GROUPS, help="count by this alone")
    listing.add_argument("--limit", type=int, default=20, help="newest (default: %(default)s)")
    listing.add_argument(
        "--window-hours", type=float, default=24, help="for the shares (default: %(default)s)"
    )
    listing.add_argument(
        "--alarm-share",
        type=float,
        default=0.1,
        help="a profile that rejects more of what it received is marked (default: %(default)s)",
    )
    listing.set_defaults(command=lambda wishes: asyncio.run(_list(wishes)))

    show = actions.add_parser("show", parents=[common], help="one dead letter, whole")
    show.add_argument("id", type=int)
    show.add_argument("--json", action="store_true", help="print facts as JSON")
    show.set_defaults(command=lambda wishes: asyncio.run(_show(wishes)))

    again = actions.add_parser(
        "replay", parents=[common, narrow], help="give them back to the pipeline, after a mend"
    )
    again.add_argument(
        "id", type=int, nargs="*", help="numbers of dead letters (default: all that match)"
    )
    again.add_argument("--dry-run", action="store_true", help="only tell how many there are")
    again.set_defaults(command=lambda wishes: asyncio.run(_replay(wishes)))


async def _list(wishes: argparse.Namespace) -> int:
    wanted = _wanted(wishes)
    letters = Letters(
        city=wanted.city, profile=wanted.profile, reason=wanted.reason, since=wanted.since
    )
    begin = datetime.now(UTC) - timedelta(hours=wishes.window_hours)
    async with _database(wishes) as database:
        counts = await read_groups(database, letters, wishes.by)
        shares = await database.fetch(query("rejected_shares"), wanted.city, wanted.profile, begin)
        newest = await read_newest(database, letters, wishes.limit, Vocabulary.load())
    ratios = [{**row, "alarm": row["share"] > wishes.alarm_share} for row in shares]
    if wishes.json:
        _write_json({"counts": counts, "shares": ratios, "newest": newest})
        return 0
    lines = [
        *map(_group_line, counts),
        *(_share_line(one, wishes.window_hours) for one in ratios),
        *map(_letter_line, newest),
    ]
    _write(lines or ["no dead letters"])
    return 0


async def _show(wishes: argparse.Namespace) -> int:
    async with _database(wishes) as database:
        facts = await read_letter(database, wishes.id, Vocabulary.load())
    if facts is None:
        raise NotFound(f"there is no dead letter {wishes.id}")
    if wishes.json:
        _write_json(facts)
    else:
        _write(letter_lines(facts))
    return 0


async def _replay(wishes: argparse.Namespace) -> int:
    wanted = _wanted(wishes)._replace(ids=wishes.id or None)
    async with _database(wishes) as database:
        counts = await database.fetchrow(query("dead_letters_replayable"), *wanted)
        whole, cut = counts or (0, 0)
        if wishes.dry_run:
            facts: dict[str, Any] = {"replayable": whole, "withoutPayload": cut}
            sentence = f"{whole} dead letters would be given back to the pipeline"
        else:
            kafka = KafkaConnection.model_validate(_running(wishes)["kafka"])
            partitioner = Partitioner(Installation(wishes.data_dir).registry().cities)
            replayed = await replay(database, kafka, wanted, partitioner)
            facts = {"replayed": replayed, "withoutPayload": cut}
            sentence = f"{len(replayed)} dead letters given back to the pipeline"
    if wishes.json:
        _write_json(facts)
    else:
        rest = f"; of {cut} others the payload was not kept whole" if cut else ""
        _write([sentence + rest])
    return 0


def _wanted(wishes: argparse.Namespace) -> Wanted:
    return Wanted(wishes.city, wishes.profile, wishes.reason, wishes.since)


def _running(wishes: argparse.Namespace) -> dict[str, Any]:
    return Installation(wishes.data_dir).running()


@asynccontextmanager
async def _database(wishes: argparse.Namespace) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(_running(wishes)["database"])
    try:
        yield connection
    finally:
        await connection.close()


def _group_line(group: dict[str, Any]) -> str:
    name = "  ".join(str(group[one]) or "(none)" for one in _GROUPS if one in group)
    return f"{group['letters']:8}  {name}  ({group['replayed']} replayed)"


def _share_line(share: dict[str, Any], hours: float) -> str:
    mark = "ALARM " if share["alarm"] else ""
    whose = f"{share['profile'] or 'no profile'} of {share['city'] or 'no city'}"
    return (
        f"{mark}{whose}: {share['rejected']} of {share['received']} rejected "
        f"({share['share']:.1%}) in {hours:g} hours"
    )


def _letter_line(letter: dict[str, Any]) -> str:
    first = letter["rejections"][0]
    return printable(
        f"{letter['dead_letter_id']:8}  {letter['received_time']:%Y-%m-%d %H:%M:%S}  "
        f"{letter['source']}: {first['reason']}: {first['detail']}"
    )


def _write(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _write_json(facts: Any) -> None:
    sys.stdout.write(json.dumps(facts, default=str, ensure_ascii=False) + "\n")
