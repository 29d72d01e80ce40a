"""`stadspuls dead-letters`: what was rejected, why, and again after a mend."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer

from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.sql import query
from schemas import wire
from schemas.errors import NotFound
from schemas.settings import KafkaConnection


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("dead-letters", help="what was rejected, and why")
    actions = parser.add_subparsers(required=True, metavar="action")
    narrow = argparse.ArgumentParser(add_help=False)
    narrow.add_argument("--city", help="only of this city")
    narrow.add_argument("--reason", help="only with this reason, such as payload.malformed")
    narrow.add_argument("--json", action="store_true", help="print facts as JSON")

    listing = actions.add_parser("list", parents=[common, narrow], help="counts, and the newest")
    listing.add_argument("--limit", type=int, default=20, help="newest (default: %(default)s)")
    listing.set_defaults(command=lambda wishes: asyncio.run(_list(wishes)))

    show = actions.add_parser("show", parents=[common], help="one dead letter, whole")
    show.add_argument("id", type=int)
    show.add_argument("--json", action="store_true", help="print facts as JSON")
    show.set_defaults(command=lambda wishes: asyncio.run(_show(wishes)))

    replay = actions.add_parser(
        "replay", parents=[common, narrow], help="give them back to the pipeline after a mend"
    )
    replay.add_argument("id", type=int, nargs="*", help="these; without: all that match")
    replay.set_defaults(command=lambda wishes: asyncio.run(_replay(wishes)))


async def _list(wishes: argparse.Namespace) -> int:
    database = await _connect(wishes)
    try:
        counts = await database.fetch(query("count_dead_letters"), wishes.city)
        newest = await database.fetch(
            query("list_dead_letters"), wishes.city, wishes.reason, wishes.limit
        )
    finally:
        await database.close()
    if wishes.json:
        _write_json(
            {"counts": [dict(row) for row in counts], "newest": [_facts(r) for r in newest]}
        )
        return 0
    for row in counts:
        sys.stdout.write(
            f"{row['letters']:8}  {row['city']:20} {row['profile']:28} {row['reason']}"
            f"  ({row['replayed']} replayed)\n"
        )
    for row in newest:
        first = json.loads(row["rejections"])[0]
        sys.stdout.write(
            f"{row['dead_letter_id']:8}  {row['received_time']:%Y-%m-%d %H:%M:%S}  "
            f"{row['source']}: {first['detail']}\n"
        )
    return 0


async def _show(wishes: argparse.Namespace) -> int:
    database = await _connect(wishes)
    try:
        row = await database.fetchrow(query("show_dead_letter"), wishes.id)
    finally:
        await database.close()
    if row is None:
        raise NotFound(f"there is no dead letter {wishes.id}")
    facts = _facts(row)
    if wishes.json:
        _write_json(facts)
        return 0
    for name, value in facts.items():
        sys.stdout.write(f"{name:18} {value}\n")
    return 0


async def _replay(wishes: argparse.Namespace) -> int:
    facts = Installation(wishes.data_dir).running()
    database = await asyncpg.connect(facts["database"])
    try:
        rows = await database.fetch(
            query("replayable_dead_letters"), wishes.id or None, wishes.city, wishes.reason
        )
        await _produce(KafkaConnection.model_validate(facts["kafka"]), rows)
        await database.execute(query("mark_replayed"), [row["dead_letter_id"] for row in rows])
    finally:
        await database.close()
    if wishes.json:
        _write_json({"replayed": [row["dead_letter_id"] for row in rows]})
    else:
        sys.stdout.write(f"{len(rows)} dead letters given back to the pipeline\n")
    return 0


async def _produce(kafka: KafkaConnection, rows: Sequence[asyncpg.Record]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    await producer.start()
    try:
        for row in rows:
            send = _send_observations if row["station"] == "store" else _send_reading
            await send(producer, row)
    finally:
        await producer.stop()


async def _send_reading(producer: AIOKafkaProducer, row: asyncpg.Record) -> None:
    """Send a reading again as it came, with the time at which it was received."""
    reading = wire.Reading(
        city=row["city"],
        source=row["source"],
        received_time=row["received_time"],
        payload=row["payload"],
        channel=row["channel"],
    )
    await producer.send_and_wait(
        wire.READINGS,
        reading.payload,
        key=wire.record_key(reading.city, reading.source),
        headers=wire.reading_headers(reading),
    )


async def _send_observations(producer: AIOKafkaProducer, row: asyncpg.Record) -> None:
    """Send what a reading gave again to the store, which knows it as replayed."""
    normalised = msgspec.structs.replace(wire.read_normalised(row["payload"]), replayed=True)
    await producer.send_and_wait(
        wire.OBSERVATIONS,
        wire.encode(normalised),
        key=wire.record_key(normalised.city, normalised.source),
        partition=row["reading_partition"],
    )


async def _connect(wishes: argparse.Namespace) -> asyncpg.Connection:
    return await asyncpg.connect(Installation(wishes.data_dir).running()["database"])


def _facts(row: asyncpg.Record) -> dict[str, Any]:
    facts = dict(row)
    facts["rejections"] = json.loads(facts["rejections"])
    if "payload" in facts:
        facts["payload"] = facts["payload"].decode(errors="backslashreplace")
    return facts


def _write_json(facts: Any) -> None:
    sys.stdout.write(json.dumps(facts, default=str, ensure_ascii=False) + "\n")
