"""`stadspuls up`: the whole platform in the foreground."""

import argparse
import asyncio
import signal
import sys

from deploy.commands import Parsers
from deploy.platform import Platform, running_platform
from deploy.settings import PlatformSettings


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("up", parents=[common], help="run the whole platform")
    add_platform_options(parser)
    parser.set_defaults(command=_up)


def add_platform_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `up` and `demo` share."""
    parser.add_argument(
        "--services",
        choices=("embedded", "real"),
        help="servers that pip installs (default), or Mosquitto, Apache Kafka and "
        "PostgreSQL/TimescaleDB as installed on this computer",
    )
    parser.add_argument("--port", type=int, help="port of the open interfaces (default: 8080)")
    parser.add_argument("--ingest-port", type=int, help="port of HTTP ingest (default: 8081)")


def platform_settings(wishes: argparse.Namespace) -> PlatformSettings:
    """Return the settings of the environment, overruled by the command line."""
    names = ("data_dir", "services", "port", "ingest_port")
    said = {name: getattr(wishes, name) for name in names if getattr(wishes, name) is not None}
    return PlatformSettings(**said)


def addresses(platform: Platform) -> list[tuple[str, str]]:
    """Return what a person opens, with a word on each."""
    api = platform.api.address
    mqtt = platform.stack.mqtt
    return [
        ("portal", f"{api}/"),
        ("SensorThings", f"{api}/sensorthings/v1.1"),
        ("live stream", f"{api}/live/observations"),
        ("API documentation", f"{api}/docs"),
        (
            "HTTP ingest",
            f"{platform.ingest.address}/ingest/{{city}}/{{vendor}}/{{model}}/{{thing}}",
        ),
        ("MQTT", f"mqtt://{mqtt.host}:{mqtt.port}"),
    ]


def _up(wishes: argparse.Namespace) -> int:
    return asyncio.run(_serve(platform_settings(wishes)))


async def _serve(settings: PlatformSettings) -> int:
    stop = stop_event()
    async with running_platform(settings) as platform:
        welcome = asyncio.create_task(_welcome(platform), name="welcome")
        try:
            await until(stop, platform)
        finally:
            welcome.cancel()
            await asyncio.gather(welcome, return_exceptions=True)
    return 0


async def _welcome(platform: Platform) -> None:
    """Tell the addresses once they answer."""
    await platform.ready()
    for word, address in addresses(platform):
        sys.stdout.write(f"{word:18} {address}\n")
    if not platform.installation.pack_directories():
        sys.stdout.write("no city yet: stadspuls city add PACK\n")
    sys.stdout.flush()


def stop_event() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def until(stop: asyncio.Event, platform: Platform) -> None:
    """Run the pipeline until a signal; stop it in order.

    Raises:
        ServiceFailed: a service ended, or a process did not come up.
    """
    pipeline = asyncio.create_task(platform.run(), name="pipeline")
    signalled = asyncio.create_task(stop.wait(), name="signal")
    try:
        await asyncio.wait((pipeline, signalled), return_when=asyncio.FIRST_COMPLETED)
        if pipeline.done():
            pipeline.result()
    finally:
        signalled.cancel()
        pipeline.cancel()
        await asyncio.gather(pipeline, return_exceptions=True)
