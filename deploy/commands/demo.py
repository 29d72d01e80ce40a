"""`stadspuls demo`: the platform with a simulated city."""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from deploy.commands import Parsers
from deploy.commands.up import add_platform_options, platform_settings, stop_event
from deploy.demo import run_demo
from deploy.installation import EXAMPLES, Installation
from deploy.platform import running_platform
from deploy.settings import PlatformSettings
from deploy.stack.ports import is_free


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    del common  # without --data-dir, a demonstration leaves nothing behind
    parser = commands.add_parser("demo", help="run the platform with a simulated city")
    parser.add_argument(
        "--data-dir", type=Path, help="keep the data here (default: a temporary directory)"
    )
    add_platform_options(parser)
    parser.add_argument("--scenario", default="demo", help="name or file (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=float, help="publish for this long, wait until all is stored, and stop"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how fast the simulated clock runs"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulated city")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(command=_demo)


def _demo(wishes: argparse.Namespace) -> int:
    with ExitStack() as exits:
        if wishes.data_dir is None:
            folder = tempfile.TemporaryDirectory(prefix="stadspuls-", ignore_cleanup_errors=True)
            wishes.data_dir = Path(exits.enter_context(folder))
            wishes.data_dir.chmod(0o755)  # the database may run as another user
        settings = _with_free_ports(platform_settings(wishes), wishes)
        _add_examples(Installation(settings.data_dir.absolute()))
        return asyncio.run(_run(settings, wishes))


async def _run(settings: PlatformSettings, wishes: argparse.Namespace) -> int:
    stop = stop_event()
    async with running_platform(settings) as platform:
        return await run_demo(
            platform,
            stop=stop,
            scenario=wishes.scenario,
            seconds=wishes.seconds,
            speed=wishes.speed,
            seed=wishes.seed,
            as_json=wishes.json,
        )


def _with_free_ports(settings: PlatformSettings, wishes: argparse.Namespace) -> PlatformSettings:
    """Give way where a usual port is taken and none was asked for."""
    ports = {
        name: 0
        for name in ("port", "ingest_port")
        if getattr(wishes, name) is None and not is_free(getattr(settings, name), settings.host)
    }
    return settings.model_copy(update=ports)


def _add_examples(installation: Installation) -> None:
    present = {directory.name for directory in installation.pack_directories()}
    for directory in sorted(EXAMPLES.iterdir()):
        if (directory / "city.yaml").exists() and directory.name not in present:
            installation.add_city(directory)
