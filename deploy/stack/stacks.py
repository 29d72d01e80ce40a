"""The three services together: the same stack for the demo, the tests and the benchmark."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from deploy.mosquitto import CityAccess, MosquittoListener
from deploy.stack.apache_kafka import ApacheKafka
from deploy.stack.embedded_database import embedded_database
from deploy.stack.embedded_kafka import EmbeddedKafka
from deploy.stack.embedded_mqtt import EmbeddedMqtt
from deploy.stack.kafka import KafkaService
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.mqtt import MqttService
from deploy.stack.postgres import Postgres
from deploy.stack.service import Service
from deploy.stack.timescale import timescale_database
from schemas.settings import DatabaseConnection, KafkaConnection, MqttConnection

Variant = Literal["embedded", "real"]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A running MQTT broker, Kafka and PostgreSQL.

    The services can be stopped, killed and started again one by one; they keep their ports.

    Attributes:
        variant: which programs run.
        data_dir: where they keep data, logs and secrets.
    """

    variant: Variant
    data_dir: Path
    mqtt_service: MqttService
    kafka_service: KafkaService
    database_service: Postgres

    @property
    def services(self) -> tuple[Service, ...]:
        """All three."""
        return (self.mqtt_service, self.kafka_service, self.database_service)

    @property
    def mqtt(self) -> MqttConnection:
        """The MQTT broker as the gateway; others: `mqtt_service.connection_as(user)`."""
        return self.mqtt_service.connection

    @property
    def kafka(self) -> KafkaConnection:
        """Kafka."""
        return self.kafka_service.connection

    @property
    def database(self) -> DatabaseConnection:
        """The database `stadspuls`; others: `database_service.connection_to(name)`."""
        return self.database_service.connection

    async def died(self) -> NoReturn:
        """Watch the services: raise when one ends without having been asked to.

        Raises:
            ServiceFailed: with the last lines of its log.
        """
        watches = [asyncio.create_task(service.died()) for service in self.services]
        try:
            await asyncio.gather(*watches)
        finally:
            for watch in watches:
                watch.cancel()
        raise AssertionError


@asynccontextmanager
async def embedded_stack(
    *, data_dir: Path, cities: Sequence[CityAccess] = ()
) -> AsyncIterator[Stack]:
    """Run the servers that install with pip: nothing else is needed on the computer.

    Raises:
        ServiceFailed: a server did not come up.
        Misconfigured: the wheels are not installed, or another stack uses `data_dir`.
    """
    stack = Stack(
        variant="embedded",
        data_dir=data_dir,
        mqtt_service=EmbeddedMqtt(data_dir, cities=cities),
        kafka_service=EmbeddedKafka(data_dir),
        database_service=embedded_database(data_dir),
    )
    async with _running(stack):
        yield stack


@asynccontextmanager
async def real_stack(
    *,
    data_dir: Path,
    cities: Sequence[CityAccess] = (),
    listeners: Sequence[MosquittoListener] = (),
    kafka_settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Stack]:
    """Run Mosquitto, Apache Kafka and PostgreSQL with TimescaleDB, as installed here.

    Args:
        data_dir: where they keep data, logs and secrets; used again, all is found again.
        cities: whose users may write at the MQTT broker.
        listeners: of the broker for devices, beside ours on a loopback port.
        kafka_settings: of server.properties, such as `log.retention.ms`.

    Raises:
        ServiceFailed: a server did not come up.
        Misconfigured: one is not installed, or another stack uses `data_dir`.
    """
    stack = Stack(
        variant="real",
        data_dir=data_dir,
        mqtt_service=Mosquitto(data_dir, cities=cities, listeners=listeners),
        kafka_service=ApacheKafka(data_dir, settings=kafka_settings),
        database_service=timescale_database(data_dir),
    )
    async with _running(stack):
        yield stack


@asynccontextmanager
async def _running(stack: Stack) -> AsyncIterator[None]:
    """Start the services at the same time; stop them, whatever happens."""
    try:
        await _start(stack)
        yield
    finally:
        # Senders first: what the broker holds is not sent into a Kafka that is gone.
        for service in stack.services:
            await service.stop()


async def _start(stack: Stack) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for service in stack.services:
                group.create_task(service.start(), name=f"start {service.name}")
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
