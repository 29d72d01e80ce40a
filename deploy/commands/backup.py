"""`stadspuls backup`: a copy of the running installation."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from deploy.backup import back_up
from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.stack.embedded_database import embedded_database
from deploy.stack.timescale import timescale_database
from schemas.settings import KafkaConnection


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "backup", parents=[common], help="copy the running installation, without Kafka"
    )
    parser.add_argument(
        "copy", type=Path, help="directory to create; keep it secret, it holds passwords"
    )
    parser.add_argument("--json", action="store_true", help="print facts as JSON")
    parser.set_defaults(command=lambda wishes: asyncio.run(_backup(wishes)))


async def _backup(wishes: argparse.Namespace) -> int:
    installation = Installation(wishes.data_dir.absolute())
    facts = installation.running()
    make = embedded_database if facts["services"] == "embedded" else timescale_database
    database = make(installation.data_dir)
    database.ports = (urlsplit(facts["database"]).port or 5432,)
    kafka = KafkaConnection.model_validate(facts["kafka"])
    made = await back_up(installation, database, kafka, wishes.copy.absolute())
    told = {name: value for name, value in made.items() if name != "files"}
    line = f"everything up to sequence {made['sequence']} is in {wishes.copy}"
    sys.stdout.write((json.dumps(told) if wishes.json else line) + "\n")
    return 0
