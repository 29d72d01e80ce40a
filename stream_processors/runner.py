"""The processes: each runs until it is cancelled, and may run several times."""

import asyncio
import gc

from schemas.cities.registry import Registry, load_registry
from schemas.journey import UNFOLLOWED, Journey
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import Severity
from stream_processors.aggregates.aggregator import Aggregator
from stream_processors.comparison.comparer import Comparer
from stream_processors.comparison.history import StoredHistory
from stream_processors.comparison.rulebook import Rulebook
from stream_processors.database import Session, translated
from stream_processors.differences.subtractor import Subtractor
from stream_processors.group_runner import GroupRunner
from stream_processors.monitor import Monitor, served
from stream_processors.patience import patiently
from stream_processors.quality_figures.bookkeeper import Bookkeeper
from stream_processors.quality_figures.figures import Severities
from stream_processors.register.registrar import Registrar
from stream_processors.register.synchronise import synchronise
from stream_processors.retention.keeper import Keeper
from stream_processors.settings import AggregateSettings, NormaliseSettings, StoreSettings
from stream_processors.store.database_runner import DatabaseRunner, Sink
from stream_processors.store.dead_letter_sink import DeadLetterSink
from stream_processors.store.observation_sink import ObservationSink
from stream_processors.topology import TOPOLOGY


async def run_normalise(settings: NormaliseSettings, journey: Journey = UNFOLLOWED) -> None:
    """Normalise readings until cancelled.

    Raises:
        Misconfigured: a city pack or a profile is wrong.
    """
    registry = load_registry(settings.cities)
    gc.freeze()  # the registry stays, and is not looked through for garbage
    monitor = Monitor()
    async with served(monitor, settings.metrics):
        await GroupRunner(settings, registry, monitor, journey).run()


async def run_store(settings: StoreSettings, journey: Journey = UNFOLLOWED) -> None:
    """Store observations and dead letters until cancelled.

    What is under way when that happens is committed wholly or not at all.

    Raises:
        Misconfigured: a city pack is wrong.
    """
    registry = load_registry(settings.cities)
    gc.freeze()  # the registry stays, and is not looked through for garbage
    monitor = Monitor()
    registrar = Registrar(settings.database, registry)
    history = _history(settings)
    async with served(monitor, settings.metrics):
        await patiently(lambda: _synchronise(settings, registry), health=monitor.health)
        try:
            async with asyncio.TaskGroup() as group:
                beside = monitor.another()
                comparer = Comparer(Rulebook(registry), history, barring=_codes("error"))
                sink = ObservationSink(
                    settings, registrar, monitor, comparison=comparer, journey=journey
                )
                letters = DeadLetterSink(settings, beside, journey)
                work = {
                    "store": _runner("store", settings, sink, monitor),
                    "dead-letters": _runner("dead-letters", settings, letters, beside),
                }
                for name, runner in work.items():
                    group.create_task(runner.run(), name=name)
        finally:
            await registrar.close()
            await history.close()


async def run_aggregate(settings: AggregateSettings) -> None:
    """Do what is done behind the store, until cancelled.

    It sums observations up, makes the differences of registers, counts the quality of both, and
    removes what is over.
    """
    monitor = Monitor()
    error, warning = _codes("error"), _codes("warning")
    aggregator = Aggregator(settings, monitor, barring_flags=error)
    subtractor = Subtractor(settings, monitor.another(), barring_flags=error)
    severities = Severities(error=error, warning=warning)
    bookkeeper = Bookkeeper(settings, monitor.another(), severities=severities)
    keeper = Keeper(settings, monitor.another().health)
    async with served(monitor, settings.metrics), asyncio.TaskGroup() as group:
        group.create_task(aggregator.run(), name="aggregate")
        group.create_task(subtractor.run(), name="difference")
        group.create_task(bookkeeper.run(), name="quality")
        group.create_task(keeper.run(), name="retention")


def _codes(*severities: Severity) -> list[str]:
    """Return the codes of the flags of some severities."""
    flags = Vocabulary.load().quality_flags.values()
    return [flag.code for flag in flags if flag.severity in severities]


def _history(settings: StoreSettings) -> StoredHistory:
    return StoredHistory(
        settings.database, barring=_codes("error"), doubting=_codes("error", "warning")
    )


def _runner(name: str, settings: StoreSettings, sink: Sink, monitor: Monitor) -> DatabaseRunner:
    return DatabaseRunner(settings, sink, monitor, group=TOPOLOGY[name].group)


async def _synchronise(settings: StoreSettings, registry: Registry) -> None:
    session = Session(settings.database, name="stadspuls-synchronise")
    try:
        connection = await session.connection()
        with translated():
            await synchronise(connection, registry)
    finally:
        await session.close()
