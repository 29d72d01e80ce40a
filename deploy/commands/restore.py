"""`stadspuls restore`: an installation made of a copy."""

import argparse
import sys
from pathlib import Path

from deploy.backup import restore
from deploy.commands import Parsers


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "restore", parents=[common], help="make an installation from a copy; start it with `up`"
    )
    parser.add_argument("copy", type=Path, help="directory that `stadspuls backup` made")
    parser.add_argument(
        "--kafka",
        type=Path,
        help="data directory of the stopped installation whose Kafka goes on here",
    )
    parser.set_defaults(command=_restore)


def _restore(wishes: argparse.Namespace) -> int:
    restore(wishes.copy, wishes.data_dir.absolute(), kafka=wishes.kafka)
    sys.stdout.write(f"restored into {wishes.data_dir}: start it with `stadspuls up`\n")
    return 0
