"""The process: sends while it is the one, again after trouble."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, Final, NoReturn

from api.leader import Connection, Pen, holding
from api.live.hub import Hub
from api.settings import LiveSettings
from api.standing import again_and_again, together
from api.store import Store
from api.telemetry import Telemetry
from api.webhooks.ledger import Ledger
from api.webhooks.monitor import Monitor
from api.webhooks.mqtt.republisher import Republisher
from api.webhooks.office import Office
from api.webhooks.post import Post
from api.webhooks.settings import WebhooksSettings
from schemas.vocabulary import Vocabulary

LEADER: Final = 0x7765_6268_6F6F_6B73
"""Advisory lock of the sender, any number that nobody else locks: "webhooks"."""

_STATEMENT_SECONDS: Final = 15.0


async def run(settings: WebhooksSettings) -> None:
    """Send until cancelled; several may run, one of them works.

    Raises:
        Misconfigured: the port is taken, or the certificate authority cannot be read.
    """
    monitor = Monitor()
    sending = again_and_again(
        lambda: holding(
            settings.database, LEADER, name="stadspuls webhooks", standing_by=monitor.works
        ),
        lambda connection: _send(connection, settings, monitor),
        monitor,
    )
    await together(sending, monitor=monitor, listener=settings.monitor)


async def _send(connection: Connection, settings: WebhooksSettings, monitor: Monitor) -> None:
    """Send over a connection until something fails; then nothing of what was in memory counts."""
    store = Store(
        settings.database,
        connections=settings.connections,
        acquire_seconds=settings.acquire_seconds,
        statement_seconds=_STATEMENT_SECONDS,
    )
    live = LiveSettings(poll_seconds=settings.poll_seconds)
    hub = Hub(live, store, Telemetry(), Vocabulary.load())
    pen = Pen(connection)
    await store.open()
    try:
        async with hub.running(), Post(settings.destinations, settings.delivery) as post:
            with hub.followed():
                await hub.begun()
                monitor.works()
                office = Office(
                    hub=hub,
                    ledger=Ledger(pen),
                    post=post,
                    policy=settings.delivery,
                    monitor=monitor,
                )
                await _together(
                    office.run(refresh_seconds=settings.refresh_seconds),
                    *_republishing(settings, hub, pen, monitor),
                )
    finally:
        await store.close()


def _republishing(
    settings: WebhooksSettings, hub: Hub, pen: Pen, monitor: Monitor
) -> Iterator[Coroutine[Any, Any, NoReturn]]:
    if settings.mqtt:
        yield Republisher(settings.mqtt, hub=hub, pen=pen, monitor=monitor).run()


async def _together(*works: Coroutine[Any, Any, NoReturn]) -> None:
    """Run until one fails; then none goes on."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
