"""`stadspuls erase`: data that must not have been collected, gone everywhere."""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg

from api.ldes.page_store import DirectoryPageStore
from deploy.commands import Parsers
from deploy.erasure import Places, Wish, erase, find_subject, survey, waiting_last_values
from deploy.installation import Installation
from deploy.instants import instant
from deploy.sql import query
from schemas.errors import Misconfigured
from schemas.settings import KafkaConnection


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "erase", parents=[common], help="erase data that must not have been collected"
    )
    parser.add_argument("--city", help="slug")
    parser.add_argument("--thing", default="", help="name of the thing, or vendor/model/name")
    parser.add_argument("--datastream", type=int, help="only this datastream, by its id")
    parser.add_argument(
        "--from", dest="begin", type=instant, help="begin of the period, or how long ago (36h, 7d)"
    )
    parser.add_argument("--to", dest="end", type=instant, help="end of the period (default: now)")
    parser.add_argument("--reason", help="why; kept in the trace, so nothing personal")
    parser.add_argument("--by", default=None, help="who asks for it (default: your user name)")
    parser.add_argument(
        "--names",
        action="store_true",
        help="also its earlier names and places, in the catalogue and in /feeds; first correct "
        "the city pack",
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell how much there is")
    parser.add_argument(
        "--keep-records",
        action="store_true",
        help="let Kafka keep its records until they expire, so that others' can be replayed",
    )
    parser.add_argument(
        "--keep-bytes",
        action="store_true",
        help="do not rewrite tables: freed space is overwritten in time",
    )
    parser.add_argument("--list", action="store_true", help="list the traces of earlier erasures")
    parser.add_argument("--json", action="store_true", help="print facts as JSON")
    parser.set_defaults(command=lambda wishes: asyncio.run(_erase(wishes)))


async def _erase(wishes: argparse.Namespace) -> int:
    facts = Installation(wishes.data_dir).running()
    database = await asyncpg.connect(facts["database"])
    try:
        if wishes.list:
            rows = await database.fetch(query("erasures"), wishes.city)
            _tell(wishes, [{**row, "counts": json.loads(row["counts"])} for row in rows])
            return 0
        subject = await find_subject(database, _wish(wishes))
        places = Places(
            database=database,
            kafka=KafkaConnection.model_validate(facts["kafka"]),
            pages=DirectoryPageStore(Installation(wishes.data_dir.absolute()).pages_dir),
            forgets=facts["services"] == "embedded",
        )
        if wishes.dry_run:
            _tell(wishes, [await survey(places, subject, names=wishes.names)])
            return 0
        counts = await erase(
            places,
            subject,
            records=not wishes.keep_records,
            bytes_too=not wishes.keep_bytes,
            names=wishes.names,
        )
        waiting = await waiting_last_values(database, subject)
    finally:
        await database.close()
    _tell(wishes, [counts | {"lastValuesWaiting": waiting}])
    if not wishes.json:
        sys.stdout.write(_promise(wishes, kafka_forgets=places.forgets, waiting=waiting))
    return 0


def _wish(wishes: argparse.Namespace) -> Wish:
    wanted = {
        "--city": wishes.city,
        "--thing or --datastream": wishes.thing or wishes.datastream,
        "--from": wishes.begin,
        "--reason": wishes.reason or wishes.dry_run,
    }
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise Misconfigured(f"erase needs {', '.join(missing)}")
    if wishes.names and wishes.datastream:
        raise Misconfigured("--names goes with --thing: a datastream alone has no names")
    end = wishes.end or datetime.now(UTC)
    if end <= wishes.begin:
        raise Misconfigured("--to must lie after --from")
    return Wish(
        wishes.city,
        wishes.thing,
        wishes.datastream,
        wishes.begin,
        end,
        wishes.reason or "",
        wishes.by or getpass.getuser(),
    )


def _promise(wishes: argparse.Namespace, *, kafka_forgets: bool, waiting: int) -> str:
    """Return what is not gone yet, and when it is.

    Args:
        wishes: what was asked for.
        kafka_forgets: whether Kafka has its records in memory alone.
        waiting: last values that the MQTT broker still keeps.
    """
    lines = []
    if kafka_forgets:
        lines.append("The embedded Kafka has the records in memory until it stops.")
    elif wishes.keep_records:
        lines.append(
            "Kafka has the records until their time is over: see STADSPULS_READINGS_DAYS."
        )
    else:
        lines.append("Kafka reads no record of it any more, and has none on disk in two minutes.")
    if waiting:
        lines.append(
            f"The MQTT broker keeps {waiting} last values of it until `stadspuls run webhooks`, "
            "which `stadspuls up` starts, takes them back: within ten seconds of running."
        )
    if wishes.keep_bytes:
        lines.append("The database's disk has the bytes until they are written over.")
    lines.append("Backups have what they had; whoever read it before has it still.")
    return "".join(f"{line}\n" for line in lines)


def _tell(wishes: argparse.Namespace, facts: list[dict[str, Any]]) -> None:
    if wishes.json:
        told = facts if wishes.list else facts[0]
        sys.stdout.write(json.dumps(told, default=str, ensure_ascii=False) + "\n")
        return
    sys.stdout.writelines(f"{_line(one)}\n" for one in facts)


def _line(facts: Mapping[str, Any]) -> str:
    if not facts:
        return "nothing of it is here"
    if "erasure" not in facts:
        return ", ".join(f"{name} {value}" for name, value in facts.items())
    state = (
        f"finished {facts['finishedAt']:%Y-%m-%d %H:%M}" if facts["finishedAt"] else "unfinished"
    )
    return (
        f"{facts['erasure']}: {facts['city']} {facts['thing']} "
        f"from {facts['from']:%Y-%m-%d %H:%M} to {facts['to']:%Y-%m-%d %H:%M}, "
        f"by {facts['askedBy']}: {facts['reason']} ({state}; {facts['counts']})"
    )
