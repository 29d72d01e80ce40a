"""Apache Kafka on one node, broker and controller in one (KRaft)."""

import base64
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from deploy.stack.kafka import KafkaService
from deploy.stack.kafka_jars import kafka_jars
from deploy.stack.process import Command
from schemas.errors import Misconfigured
from schemas.settings import KafkaConnection

_HEAP = "512m"
# Of so small a heap, the threads of Java's usual one cost more than the pauses that they spare.
_COLLECTOR = "-XX:+UseSerialGC"
_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=BROKER://127.0.0.1:{port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs={folder}/log
auto.create.topics.enable=false
# One node holds one copy; the defaults ask for three.
default.replication.factor=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Few clients: fewer partitions of its own, fewer threads, no waiting for more group members.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=2
share.coordinator.state.topic.num.partitions=2
# After a kill the controller in the same process believes the old broker alive for that long.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# What was deleted leaves the disk within a minute, not five.
log.retention.check.interval.ms=60000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
group.initial.rebalance.delay.ms=0
"""
_LOGGING = "-Dorg.slf4j.simpleLogger"


class ApacheKafka(KafkaService):
    """Apache Kafka on a loopback port; its log outlives it, also when it is killed.

    Args:
        data_dir: folder of the stack; Kafka's log lies in `kafka/log`.
        settings: of server.properties, beside the stack's own (`log.retention.ms`, …).
    """

    port_count: ClassVar[int] = 2

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(data_dir)
        self._settings = dict(settings or {})

    @property
    def connection(self) -> KafkaConnection:
        """Where it is."""
        return KafkaConnection(bootstrap=f"127.0.0.1:{self.ports[0]}")

    async def command(self) -> Command:
        """Format the log's folder the first time, and run the broker on it."""
        port, controller_port = self.ports
        text = _SETTINGS.format(port=port, controller_port=controller_port, folder=self.folder)
        extra = "".join(f"{name}={value}\n" for name, value in self._settings.items())
        configuration = self.folder / "server.properties"
        configuration.write_text(text + extra, encoding="utf-8")
        if not (self.folder / "formatted").exists():
            await self._format(configuration)
        options = (f"-Xms{_HEAP}", f"-Xmx{_HEAP}", _COLLECTOR)
        return _java("kafka.Kafka", str(configuration), options=options)

    async def _format(self, configuration: Path) -> None:
        """Give the cluster its id; what a crash left half done is done again."""
        shutil.rmtree(self.folder / "log", ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments = ("format", f"--cluster-id={cluster}", f"--config={configuration}")
        quick = ("-XX:TieredStopAtLevel=1", _COLLECTOR)
        await self.run(_java("kafka.tools.StorageTool", *arguments, options=quick))
        (self.folder / "formatted").touch()


def _java(main: str, *arguments: str, options: tuple[str, ...]) -> Command:
    jars, java = kafka_jars(), shutil.which("java")
    if jars is None or java is None:
        raise Misconfigured("Apache Kafka is not installed: run `python -m deploy.stack.install`")
    logging = (f"{_LOGGING}.defaultLogLevel=warn", f"{_LOGGING}.showDateTime=true")
    return Command(program=(java, *options, *logging, "-cp", f"{jars}/*", main, *arguments))
