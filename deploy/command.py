"""The `stadspuls` command: reads the words of the caller and hands over to one command."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.commands import city, dead_letters, demo, profile, replay, run, up
from schemas.errors import Misconfigured, PlatformError

DONE: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2

_COMMANDS: Final = (up, demo, city, profile, dead_letters, replay, run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong use."""
    parser = _parser()
    wishes = parser.parse_args(arguments)
    _log(to_person="part" not in wishes)
    try:
        status: int = wishes.command(wishes)
    except Misconfigured as wrong:
        sys.stderr.write(f"stadspuls: {wrong}\n")
        return WRONG_USE
    except PlatformError as failed:
        sys.stderr.write(f"stadspuls: {failed}\n")
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return status


def _log(*, to_person: bool) -> None:
    """Log to standard error; a person is spared the news of the Kafka client."""
    logging.basicConfig(
        level=os.environ.get("STADSPULS_LOG", "INFO").upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    if to_person:
        logging.getLogger("aiokafka").setLevel(logging.WARNING)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stadspuls",
        description="Real-time smart-city sensor streaming: MQTT in, open data out.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data-dir",
        type=Path,
        default=Path("stadspuls-data"),
        help="where the platform keeps its data (default: %(default)s)",
    )
    for module in _COMMANDS:
        module.register(commands, common)
    return parser


if __name__ == "__main__":
    sys.exit(main())
