"""The `stadspuls` command: reads the words of the caller and hands over to one command."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from deploy.journal import JournalSettings, begin
from schemas.errors import Misconfigured, PlatformError

DONE: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2

COMMANDS: Final = (
    "up",
    "demo",
    "city",
    "profile",
    "dead-letters",
    "readings",
    "grafana",
    "replay",
    "audit",
    "ldes",
    "retention",
    "erase",
    "backup",
    "restore",
    "run",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong use."""
    words = sys.argv[1:] if arguments is None else arguments
    wishes = _parser(words[:1]).parse_args(words)
    try:
        _begin_journal(getattr(wishes, "part", ""))
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


def _begin_journal(part: str) -> None:
    try:
        begin(JournalSettings(), part=part)
    except ValidationError as invalid:
        problems = "; ".join(
            f"STADSPULS_{error['loc'][0]}".upper() + f": {error['msg']}"
            for error in invalid.errors()
        )
        raise Misconfigured(problems) from invalid


def _parser(first: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser of the command that comes first; of all where none of them does.

    Each process of the platform is a command of its own: what the others import would only make
    its start longer.
    """
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
    for name in [one for one in COMMANDS if one in first] or COMMANDS:
        module = importlib.import_module(f"deploy.commands.{name.replace('-', '_')}")
        module.register(commands, common)
    return parser


if __name__ == "__main__":
    sys.exit(main())
