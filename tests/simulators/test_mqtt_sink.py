"""Messages go out at QoS 1, are known by their acknowledgement, and go again when it stays out."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.stack import Stack
from schemas.errors import BrokerUnavailable, Misconfigured
from schemas.settings import MqttConnection
from simulators.ledger import Ledger, read_ledger
from simulators.mqtt_sink import MqttSink
from simulators.publisher import run
from simulators.settings import SimulatorSettings

_CONNACK = b"\x20\x02\x00\x00"
_PUBLISH = 0x3


class _Broker:
    """A broker that takes what comes, and acknowledges only when it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, bytes]] = []
        self.arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def connection(self) -> MqttConnection:
        assert self._server is not None
        return MqttConnection(port=self._server.sockets[0].getsockname()[1])

    async def begin(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def wait_for(self, count: int) -> None:
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.taken) >= count)

    def acknowledge(self, message_id: bytes) -> None:
        self._writers[-1].write(b"\x40\x02" + message_id)

    def drop(self) -> None:
        self._writers[-1].close()

    async def end(self) -> None:
        for writer in self._writers:
            writer.close()
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        while header := await reader.read(1):
            body = await reader.readexactly((await reader.readexactly(1))[0])
            if header[0] >> 4 == 1:
                writer.write(_CONNACK)
            elif header[0] >> 4 == _PUBLISH:
                topic_bytes = int.from_bytes(body[:2])
                message_id = body[2 + topic_bytes : 4 + topic_bytes]
                async with self.arrived:
                    self.taken.append((header[0], message_id))
                    self.arrived.notify_all()


@asynccontextmanager
async def _broker() -> AsyncIterator[_Broker]:
    broker = _Broker()
    await broker.begin()
    try:
        yield broker
    finally:
        await broker.end()


async def test_a_message_without_acknowledgement_goes_again_on_the_next_connection(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ledger.jsonl"
    async with _broker() as broker:
        with Ledger(file) as ledger:
            async with MqttSink(broker.connection, client_id="a", window=2, ledger=ledger) as sink:
                sink.publish("t", b"1", city="stad")
                sink.publish("t", b"2", city="stad")
                await broker.wait_for(2)
                broker.acknowledge(broker.taken[0][1])
                await sink.room()
                broker.drop()
                await broker.wait_for(3)
                kept = [entry.acknowledged_time for entry in read_ledger(file)]
                broker.acknowledge(broker.taken[2][1])
                await sink.drained()

    assert broker.taken[2] == (broker.taken[1][0] | 0x08, broker.taken[1][1])  # DUP
    assert kept[0] is not None
    assert kept[1] is None
    assert all(entry.acknowledged_time for entry in read_ledger(file))


async def test_the_window_bounds_what_is_in_flight() -> None:
    async with (
        _broker() as broker,
        MqttSink(broker.connection, client_id="a", window=10) as sink,
    ):
        for _ in range(await sink.room()):
            sink.publish("t", b"1")
        waiting = asyncio.create_task(sink.room())
        await broker.wait_for(10)
        blocked = not waiting.done()
        for _, message_id in broker.taken[:4]:
            broker.acknowledge(message_id)
        room = await waiting

    assert blocked
    assert 2 <= room <= 4


async def test_a_broker_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.mqtt_sink._CONNECT_SECONDS", 0.3)
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = MqttConnection(port=unused.getsockname()[1])

        with pytest.raises(BrokerUnavailable, match="no connection to the MQTT broker"):
            await MqttSink(nobody, client_id="a").__aenter__()


async def test_a_wrong_password_is_refused(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, topic_prefix: str
) -> None:
    monkeypatch.setattr("simulators.mqtt_sink._CONNECT_SECONDS", 1.0)
    right = stack.mqtt_service.connection_as("stad-a.device")
    wrong = right.model_copy(update={"password": SecretStr("guess")})

    with pytest.raises(BrokerUnavailable):
        await MqttSink(wrong, client_id=topic_prefix).__aenter__()


async def test_a_city_without_a_user_is_told() -> None:
    settings = SimulatorSettings(mqtt={"leiedonk": MqttConnection()})

    with pytest.raises(Misconfigured, match="vlierhove, which has no MQTT user"):
        await run(settings)


@pytest.mark.parametrize("processes", [1, 2])
async def test_load_is_published_at_its_rate_and_acknowledged(
    stack: Stack, tmp_path: Path, processes: int
) -> None:
    scenario = tmp_path / "load.yaml"
    scenario.write_text(
        "title: load\nload: {messages_per_second: 200, things: 10, cities: [stad-a], "
        f"processes: {processes}}}"
    )
    settings = SimulatorSettings(
        mqtt={"stad-a": stack.mqtt_service.connection_as("stad-a.device")},
        scenario=str(scenario),
        seconds=1.5,
        ledger_file=tmp_path / "ledger.jsonl",
    )
    await run(settings)
    names = ["ledger.jsonl"] if processes == 1 else ["ledger.0.jsonl", "ledger.1.jsonl"]
    entries = [one for name in names for one in read_ledger(tmp_path / name)]

    assert len(entries) == pytest.approx(300, abs=15)
    assert all(entry.acknowledged_time for entry in entries)
    assert len({(one.published.topic, one.published.sha256) for one in entries}) == len(entries)


async def test_a_scenario_is_published_faster_than_real_time(stack: Stack, tmp_path: Path) -> None:
    scenario = tmp_path / "city.yaml"
    scenario.write_text(
        "title: small\ncities: [{city: stad-a, position: [3.5, 51], places: [{kind: car-park, "
        "name: plein, spaces: 9}], devices: [{type: gent-parking, name: plein, at: plein}]}]"
    )
    settings = SimulatorSettings(
        mqtt={"stad-a": stack.mqtt_service.connection_as("stad-a.device")},
        scenario=str(scenario),
        seconds=1.0,
        speed=3600,
        ledger_file=tmp_path / "ledger.jsonl",
    )
    await run(settings)
    entries = read_ledger(tmp_path / "ledger.jsonl")

    assert len(entries) == pytest.approx(60, abs=8)
    assert all(entry.acknowledged_time for entry in entries)
