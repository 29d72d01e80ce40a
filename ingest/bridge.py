"""Sources, envelope and sink joined: what an ingest process does from start to stop."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from ingest.broker_watch import BrokerWatch
from ingest.counts import Counts
from ingest.envelope import Envelope
from ingest.followed_sink import FollowedSink
from ingest.gates import gate_of
from ingest.http_access import Access
from ingest.http_app import create_app
from ingest.http_problems import problem_content
from ingest.http_server import HttpServer
from ingest.http_source import HttpSource
from ingest.kafka_sink import KafkaSink
from ingest.message import Message
from ingest.mqtt_source import MqttSource
from ingest.partitioner import Partitioner
from ingest.ports import ReadingSink, Receipt
from ingest.receipt_clock import ReceiptClock
from ingest.settings import IngestSettings
from schemas import telemetry
from schemas.cities.registry import Registry, load_registry
from schemas.journal import facts
from schemas.journey import UNFOLLOWED, Journey
from schemas.rejection_log import RejectionLog
from schemas.requests.limit import RequestLimit
from schemas.wire import DeadLetter

_log = logging.getLogger(__name__)


async def run(settings: IngestSettings, journey: Journey = UNFOLLOWED) -> None:
    """Take readings from MQTT and HTTP into Kafka until cancelled.

    Then: nothing new is read, what was taken gets the time to be confirmed, and is acknowledged.

    Raises:
        Misconfigured: a setting or a city pack is wrong.
    """
    bridge = Bridge(settings, load_registry(settings.cities), journey)
    bridge.start()
    try:
        await bridge.failed()
    finally:
        await bridge.stop()


class Bridge:
    """The stations of one process."""

    def __init__(
        self, settings: IngestSettings, registry: Registry, journey: Journey = UNFOLLOWED
    ) -> None:
        self._settings = settings
        self._counts, self._clock = Counts(), ReceiptClock()
        self._envelope = Envelope(
            registry.routes,
            partial(gate_of, registry),
            payload_bytes=settings.payload_bytes,
            beginning_bytes=settings.beginning_bytes,
        )
        self._rejections = RejectionLog(_log)
        partitioner = Partitioner(registry.cities)
        kafka = KafkaSink(settings.kafka, settings.sink, settings.retry, partitioner)
        self._sink: ReadingSink = FollowedSink(kafka, journey) if journey.share else kafka
        self._mqtt = self._mqtt_source(settings.source.topic_filters or registry.routes.filters())
        self._watch = BrokerWatch(settings.mqtt, settings.source) if settings.mqtt else None
        self._server = self._http_server()
        self._serving: asyncio.Task[None] | None = None
        self._working: list[asyncio.Task[None]] = []
        self._tell_what_is_asked()

    def start(self) -> None:
        """Let every station work."""
        self._working.append(asyncio.create_task(self._sink.run(), name="ingest.kafka_sink"))
        if self._mqtt is not None:
            self._working.append(asyncio.create_task(self._mqtt.run(), name="ingest.mqtt_source"))
        if self._watch is not None:
            self._watch.start()
        self._serving = asyncio.create_task(
            self._server.run_until_stopped(), name="ingest.http_server"
        )
        _log.info("ingest.started", extra=facts(http_port=self._server.port))

    async def failed(self) -> None:
        """Wait for ever; raise what a station fails of, which none should."""
        tasks = [*self._working, *([self._serving] if self._serving else [])]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Stop reading, wait for Kafka, acknowledge, and leave; the session stays."""
        if self._mqtt is not None:
            self._mqtt.stop_taking()
        if self._serving is not None:
            await self._server.stop(self._serving)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stop_seconds):
                await self._sink.drain()
        if self._mqtt is not None:
            await self._mqtt.close()
        if self._watch is not None:
            await self._watch.stop()
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        _log.info("ingest.stopped", extra=facts(unconfirmed=self._sink.unconfirmed))

    def take(self, message: Message, receipt: Receipt) -> None:
        """Seal a message from MQTT and hand it to the sink."""
        item = self._envelope.seal(message, received_time=self._clock())
        self._counts.messages["mqtt", item.city] += 1
        if isinstance(item, DeadLetter):
            self._counts.rejected["mqtt", item.rejections[0].reason] += 1
            self._rejections.tell(item)
        self._sink.put(item, receipt)

    def readiness(self) -> dict[str, bool]:
        """Tell which neighbours are there."""
        neighbours = {"kafka": self._sink.ready}
        if self._mqtt is not None:
            neighbours["mqtt"] = self._mqtt.ready
        return neighbours

    def _mqtt_source(self, filters: Sequence[str]) -> MqttSource | None:
        settings = self._settings
        if settings.mqtt is None:
            return None
        return MqttSource(
            settings.mqtt,
            settings.source,
            settings.retry,
            filters=filters,
            take=self.take,
            counts=self._counts,
        )

    def _http_server(self) -> HttpServer:
        access = Access(self._settings.keys_file)
        source = HttpSource(
            envelope=self._envelope,
            sink=self._sink,
            access=access,
            policy=self._settings.door,
            counts=self._counts,
            now=self._clock,
            rejections=self._rejections,
        )
        app = create_app(source, counts=self._counts, readiness=self.readiness)
        app.add_middleware(
            RequestLimit,
            policy=self._settings.requests,
            keys=lambda: access.ring,
            problem=lambda detail: problem_content(429, "requests.too-many", detail),
        )
        return HttpServer(app, self._settings.http, requests=self._settings.requests)

    def _tell_what_is_asked(self) -> None:
        self._counts.asked[telemetry.WINDOW] = lambda: self._sink.unconfirmed
        if self._mqtt is not None:
            mqtt = self._mqtt
            self._counts.asked[telemetry.MQTT_CONNECTED] = lambda: mqtt.ready
        if self._watch is not None:
            watch = self._watch
            self._counts.asked[telemetry.BROKER_DROPPED] = lambda: watch.dropped
