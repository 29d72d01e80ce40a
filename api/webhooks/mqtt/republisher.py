"""Follows the publication and sends what is open to the broker, from where it stopped."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from typing import Final, NoReturn

import aiomqtt

from api.leader import Pen
from api.live.events import Batch
from api.live.hub import Hub
from api.problems import NoLongerKept, NotYet
from api.webhooks.monitor import Monitor
from api.webhooks.mqtt.live_client import LiveClient
from api.webhooks.mqtt.messages import POSITION_TOPIC, LiveMessage, messages_of, taken_back
from schemas.settings import MqttConnection

_log: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 10.0  # for last values that are to be taken back
_ACKNOWLEDGE_SECONDS: Final = 30.0
_FIRST_SECONDS, _LONGEST_SECONDS = 0.2, 10.0
_CLIENT: Final = "stadspuls-live"


def _statement(name: str) -> str:
    return (files("api.webhooks.mqtt") / f"{name}.sql").read_text(encoding="utf-8")


_NOTE_POSITION: Final = _statement("position")
_NOTE_RETAINED: Final = _statement("retained")
_NOTE_OVERTAKEN: Final = _statement("overtaken")
_LOOK: Final = _statement("look")
_FORGET: Final = _statement("forget")


class Republisher:
    """Sends each open observation to the topic of its datastream.

    Observations go out at QoS 0, so that nobody's absence fills the broker's queues; behind each
    round the position goes out at QoS 1. The broker takes a connection's messages in their order:
    its acknowledgement of the position is one of all before it.
    """

    def __init__(
        self, connection: MqttConnection, *, hub: Hub, pen: Pen, monitor: Monitor
    ) -> None:
        self._connection = connection
        self._hub, self._pen, self._monitor = hub, pen, monitor
        self._after = 0
        self._newest: dict[int, datetime] = {}
        self._retained: dict[int, str] = {}
        self._look_time = time.monotonic()

    async def run(self) -> NoReturn:
        """Send until cancelled, through every outage of the broker.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        await self._remember()
        bound = _FIRST_SECONDS
        while True:
            try:
                async with self._client() as client:
                    self._monitor.mqtt_connected.set(1)
                    bound = _FIRST_SECONDS
                    while True:
                        await self._go_on(client)
            except (aiomqtt.MqttError, OSError) as trouble:
                _log.warning("the MQTT broker does not take live data: %s", trouble)
            finally:
                self._monitor.mqtt_connected.set(0)
            await asyncio.sleep(random.uniform(bound / 2, bound))  # noqa: S311 - spreads load
            bound = min(2 * bound, _LONGEST_SECONDS)

    def _client(self) -> LiveClient:
        to = self._connection
        return LiveClient(
            to.host,
            to.port,
            identifier=_CLIENT,
            username=to.username,
            password=to.password.get_secret_value() if to.password else None,
            tls_params=aiomqtt.TLSParameters(ca_certs=str(to.ca_file)) if to.ca_file else None,
            timeout=_ACKNOWLEDGE_SECONDS,
        )

    async def _remember(self) -> None:
        """Find out where it stopped; the first time it begins with what is published next."""
        latest = await self._pen.fetch("select datastream_id, phenomenon_start from latest")
        self._newest = {row["datastream_id"]: row["phenomenon_start"] for row in latest}
        retained = await self._pen.fetch("select datastream_id, topic from mqtt_retained")
        self._retained = {row["datastream_id"]: row["topic"] for row in retained}
        position = await self._pen.fetch("select sequence from mqtt_position")
        self._after = position[0]["sequence"] if position else self._hub.position

    async def _go_on(self, client: LiveClient) -> None:
        """Send what follows, or wait for it a while."""
        if time.monotonic() >= self._look_time:
            await self._take_back(client)
            self._look_time = time.monotonic() + _LOOK_SECONDS
        batches = await self._next()
        if batches:
            await self._send(client, batches)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._hub.beyond(self._after)
        self._monitor.mqtt_lag.set(max(0, self._hub.position - self._after))

    async def _next(self) -> Sequence[Batch]:
        try:
            return await self._hub.missed(self._after)
        except (NoLongerKept, NotYet) as gap:
            _log.error("MQTT goes on at what is published next: %s", gap)
            await self._pen.fetch(_NOTE_OVERTAKEN, self._after)
            self._look_time = time.monotonic()
            self._after = self._hub.position
            return ()

    async def _send(self, client: LiveClient, batches: Sequence[Batch]) -> None:
        events = (event for batch in batches for event in batch.events)
        messages = list(messages_of(events, self._newest))
        await self._note_retained(client, messages)
        await self._hand_over(client, messages)
        last = batches[-1].last_sequence
        await client.confirm(POSITION_TOPIC, str(last))
        await self._pen.fetch(_NOTE_POSITION, last)
        self._after = last

    async def _note_retained(self, client: LiveClient, messages: Sequence[LiveMessage]) -> None:
        """Remember what the broker is to keep, before it does: a kill in between forgets nothing.

        What it was told of and never got is taken back without harm; so is what it has under the
        former topic of a datastream that moved to another theme.
        """
        kept = {int(m.topic.rpartition("/")[2]): m.topic for m in messages if m.retained}
        new = [number for number in kept if self._retained.get(number) != kept[number]]
        if new:
            await self._empty(client, [self._retained[n] for n in new if n in self._retained])
            topics = [kept[number] for number in new]
            starts = [self._newest[number] for number in new]
            await self._pen.fetch(_NOTE_RETAINED, new, topics, starts)
            self._retained.update(zip(new, topics, strict=True))

    async def _hand_over(self, client: LiveClient, messages: Sequence[LiveMessage]) -> None:
        await client.hand_over(messages)
        self._monitor.mqtt_messages.inc(len(messages))

    async def _empty(self, client: LiveClient, topics: Sequence[str]) -> None:
        """Let the broker forget what it keeps under topics, and say that it did."""
        if topics:
            await self._hand_over(client, list(taken_back(topics)))
            # The last one again, acknowledged; the position would go back after a restart.
            await client.confirm(topics[-1], "")

    async def _take_back(self, client: LiveClient) -> None:
        """Let the broker forget the last values of what is open no more, or was removed."""
        found = await self._pen.fetch(_LOOK, self._after)
        if not found:
            return
        await self._empty(client, [row["topic"] for row in found])
        await self._pen.fetch(_FORGET, [row["datastream_id"] for row in found])
        for number, _, newest in found:
            self._retained.pop(number, None)
            if newest is None:
                self._newest.pop(number, None)
            else:
                self._newest[number] = newest
