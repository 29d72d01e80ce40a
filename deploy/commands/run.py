"""`stadspuls run`: one part of the platform as a process, its settings from the environment."""

import argparse
import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable

import uvloop
from prometheus_client import disable_created_metrics
from pydantic import ValidationError

from deploy.commands import Parsers
from deploy.journal import JournalSettings, journey_of
from schemas.errors import Misconfigured
from schemas.journey import Journey

_YOUNG_OBJECTS = 50_000


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    del common  # a part is told everything by its environment
    parser = commands.add_parser(
        "run", help="run one part in the foreground; settings come from the environment"
    )
    parser.add_argument("part", choices=sorted(PARTS), help="which part")
    parser.set_defaults(command=_run)


def _run(wishes: argparse.Namespace) -> int:
    try:
        entry = PARTS[wishes.part]()
    except ValidationError as invalid:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors()
        )
        raise Misconfigured(f"the settings of {wishes.part} are wrong: {problems}") from invalid
    # A second series of each counter, which the closed list has not.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    _collect_less()
    run = asyncio.run if wishes.part in _OF_KAFKA else uvloop.run
    run(_until_signalled(entry))
    return 0


def _collect_less() -> None:
    """Look for circular garbage less often: what passes through makes none, and looking costs."""
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


async def _until_signalled(entry: Callable[[], Awaitable[None]]) -> None:
    """Run a part until it ends, or until SIGTERM or SIGINT asks it to finish."""
    task = asyncio.ensure_future(entry())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise


def _journey(part: str) -> Journey:
    return journey_of(JournalSettings(), part=part)


def _ingest() -> Callable[[], Awaitable[None]]:
    from ingest.bridge import run
    from ingest.settings import IngestSettings

    settings, journey = IngestSettings(), _journey("ingest")
    return lambda: run(settings, journey)


def _normalise() -> Callable[[], Awaitable[None]]:
    from stream_processors.runner import run_normalise
    from stream_processors.settings import NormaliseSettings

    settings, journey = NormaliseSettings(), _journey("normalise")
    return lambda: run_normalise(settings, journey)


def _store() -> Callable[[], Awaitable[None]]:
    from stream_processors.runner import run_store
    from stream_processors.settings import StoreSettings

    settings, journey = StoreSettings(), _journey("store")
    return lambda: run_store(settings, journey)


def _aggregate() -> Callable[[], Awaitable[None]]:
    from stream_processors.runner import run_aggregate
    from stream_processors.settings import AggregateSettings

    settings = AggregateSettings()
    return lambda: run_aggregate(settings)


def _api() -> Callable[[], Awaitable[None]]:
    from api.server import run
    from api.settings import ApiSettings

    settings = ApiSettings()
    return lambda: run(settings)


def _ldes() -> Callable[[], Awaitable[None]]:
    from api.feeds.chronicle import keep_chronicle
    from api.iris import Iris
    from api.ldes.building.run import run
    from api.ldes.building.settings import LdesSettings

    settings = LdesSettings()
    iris, seconds = Iris(settings.base_iri, settings.mqtt_url), settings.chronicle_seconds
    return lambda: run(settings, keep_chronicle(settings.database, iris, seconds=seconds))


def _webhooks() -> Callable[[], Awaitable[None]]:
    from api.webhooks.run import run
    from api.webhooks.settings import WebhooksSettings

    settings = WebhooksSettings()
    return lambda: run(settings)


def _simulate() -> Callable[[], Awaitable[None]]:
    from simulators.publisher import run
    from simulators.settings import SimulatorSettings

    settings = SimulatorSettings()
    return lambda: run(settings)


_OF_KAFKA = ("ingest", "normalise", "store")
"""Parts with Kafka's client, on asyncio's own loop.

On uvloop's, writing to a socket that is just closed raises what aiokafka does not expect (its
issue 1038): it then never reads or sends again. uvloop saved no CPU time that could be measured.
"""

PARTS: dict[str, Callable[[], Callable[[], Awaitable[None]]]] = {
    "ingest": _ingest,
    "normalise": _normalise,
    "store": _store,
    "aggregate": _aggregate,
    "api": _api,
    "ldes": _ldes,
    "webhooks": _webhooks,
    "simulate": _simulate,
}
