"""The rules that keep cities apart at the broker: as text, and as a real Mosquitto obeys them."""

import asyncio
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from deploy.mosquitto import (
    CityAccess,
    MosquittoLimits,
    MosquittoListener,
    access_file,
    password_file,
    write_mosquitto,
)
from deploy.stack import Stack
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.mqtt_probe import probe_mqtt
from deploy.stack.ports import free_port
from schemas.errors import Misconfigured
from schemas.settings import MqttConnection

GENT = CityAccess(city="gent", users={"gent.bus": "word"}, filters=("telraam/gent/#",))
AALST = CityAccess(city="aalst", users={"aalst.air": "word"})
OURS = {"gateway": "word", "live": "word"}
VERSIONS = [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5]


def test_a_user_may_write_its_citys_topics_and_the_gateway_may_read() -> None:
    assert access_file([GENT]).splitlines() == [
        "user gateway",
        "topic read #",
        "topic read $SYS/#",
        "user live",
        "topic write live/#",
        "user public",
        "topic read live/#",
        "user gent.bus",
        "topic read live/#",
        "topic write city/gent/#",
        "topic write telraam/gent/#",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "gent",
        "gent/evil.x",
        "gent.evil/x",
        "aalst.bus",
        "gent.",
        "Gent.bus",
        "gent.b+s",
        "gateway",
    ],
)
def test_a_user_name_that_could_reach_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match="user name"):
        access_file([CityAccess(city="gent", users={name: "word"})])


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("telraam/#", "telraam/x"),
        ("telraam/+/a", "telraam/b/+"),
        ("telraam/#", "telraam"),
        ("a/+/#", "a/b/c/d"),
        ("same", "same"),
    ],
)
def test_filters_of_two_cities_may_not_overlap(one: str, two: str) -> None:
    with pytest.raises(Misconfigured, match="overlap"):
        access_file([CityAccess(city="a", filters=(one,)), CityAccess(city="b", filters=(two,))])


@pytest.mark.parametrize("one", ["#", "+/x", "city/b/#", "$SYS/#", "x\nuser root", "x/y ", "a#"])
def test_a_filter_that_reaches_into_cities_or_breaks_the_file_is_refused(one: str) -> None:
    with pytest.raises(Misconfigured):
        access_file([CityAccess(city="a", filters=(one,))])


def test_a_city_is_listed_once() -> None:
    with pytest.raises(Misconfigured, match="twice"):
        access_file([GENT, GENT])


def test_passwords_are_salted_hashes() -> None:
    first, second = password_file({"a.b": "word"}), password_file({"a.b": "word"})

    assert first.startswith("a.b:$7$")
    assert first != second
    assert "word" not in first


def test_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    write_mosquitto(
        tmp_path,
        cities=[GENT],
        passwords=OURS,
        listeners=[MosquittoListener()],
    )

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"mosquitto.conf": 0o600, "passwords": 0o600, "access": 0o600}


def test_the_queue_is_bounded_by_bytes_and_not_by_messages(tmp_path: Path) -> None:
    limits = MosquittoLimits(queue_bytes=1234)
    file = write_mosquitto(
        tmp_path,
        cities=[],
        passwords=OURS,
        listeners=[MosquittoListener()],
        limits=limits,
    )
    lines = file.read_text().splitlines()

    assert "max_queued_messages 0" in lines
    assert "max_queued_bytes 1234" in lines


@pytest.mark.real
async def test_devices_however_many_leave_room_for_the_gateway(tmp_path: Path) -> None:
    listener, limits = MosquittoListener(port=free_port()), MosquittoLimits(connections=2)

    async with Mosquitto(tmp_path, cities=[GENT], listeners=[listener], limits=limits) as broker:
        device = broker.connection_as("gent.bus").model_copy(update={"port": listener.port})
        with _client(device), _client(device):
            with pytest.raises(ConnectionError):
                await probe_mqtt(device)
            await probe_mqtt(broker.connection)
        await _eventually_connects(device)


@pytest.mark.real
@pytest.mark.parametrize("version", VERSIONS)
async def test_what_a_user_writes_below_another_city_reaches_nobody(
    real_stack: Stack, version: MQTTProtocolVersion, topic_prefix: str
) -> None:
    broker = real_stack.mqtt_service
    topics = [
        f"city/stad-b/v/m/{topic_prefix}",
        f"city/{topic_prefix}",
        f"eigen/b/{topic_prefix}",
        f"eigen/a/{topic_prefix}/deeper",
        f"$SYS/{topic_prefix}",
        f"city/stad-a/v/m/{topic_prefix}",
        f"eigen/a/{topic_prefix}",
    ]

    received = await _relay(
        broker.connection, broker.connection_as("stad-a.device"), topics, version=version
    )

    assert received == topics[-2:]


@pytest.mark.real
async def test_what_a_user_subscribes_to_stays_silent(
    real_stack: Stack, topic_prefix: str
) -> None:
    device = real_stack.mqtt_service.connection_as("stad-a.device")
    topic = f"city/stad-a/v/m/{topic_prefix}"

    assert await _relay(device, device, [topic], patience_seconds=0.5) == []


@pytest.mark.real
async def test_a_wrong_password_or_none_is_refused(real_stack: Stack) -> None:
    wrong = real_stack.mqtt.model_copy(update={"username": "stad-a.device"})
    nobody = real_stack.mqtt.model_copy(update={"username": None, "password": None})

    for stranger in (wrong, nobody):
        with pytest.raises(ConnectionRefusedError):
            await probe_mqtt(stranger)


@pytest.mark.real
async def test_a_city_is_admitted_while_the_others_stay_connected(tmp_path: Path) -> None:
    async with Mosquitto(tmp_path, cities=[GENT]) as broker:
        with _client(broker.connection) as (gateway, arrivals):
            _subscribe(gateway)
            await broker.admit([GENT, AALST])
            newcomer = broker.connection_as("aalst.air")
            await _eventually_connects(newcomer)
            for topic in ("city/gent/x", "city/aalst/x"):
                with _client(newcomer) as (sender, _):
                    _publish(sender, topic)
            received = _take(arrivals, "city/aalst/x", 5)

    assert received == ["city/aalst/x"]


@pytest.mark.real
@pytest.mark.parametrize("version", VERSIONS)
async def test_renewed_password_cuts_off_its_sessions_and_no_other(
    tmp_path: Path, version: MQTTProtocolVersion
) -> None:
    def cities(word: str) -> list[CityAccess]:
        return [CityAccess(city="gent", users={"gent.bus": word, "gent.tram": "word"}), AALST]

    async with Mosquitto(tmp_path, cities=cities("old")) as broker:
        before = broker.connection_as("gent.bus")
        others = [broker.connection_as(one) for one in ("gent.tram", "aalst.air", "gateway")]
        with ExitStack() as stack:
            stolen, *kept = [
                stack.enter_context(_client(one, version))[0] for one in (before, *others)
            ]
            gone = [_tell_of_end(client) for client in (stolen, *kept)]
            await broker.admit(cities("new"))
            await asyncio.to_thread(gone[0].wait, 90)
            for client, topic in zip(kept, ("city/gent/x", "city/aalst/x"), strict=False):
                await asyncio.to_thread(_publish, client, topic)
            await asyncio.to_thread(_subscribe, kept[-1])

            assert [event.is_set() for event in gone] == [True, False, False, False]
        with pytest.raises(ConnectionRefusedError):
            await probe_mqtt(before)
        await _eventually_connects(broker.connection_as("gent.bus"))


@pytest.mark.real
async def test_what_waits_for_the_gateway_outlives_a_restart(tmp_path: Path) -> None:
    topic = "city/gent/v/m/t"
    async with Mosquitto(tmp_path, cities=[GENT]) as broker:
        with _client(broker.connection, durable_id="gateway") as (gateway, _):
            _subscribe(gateway)
        with _client(broker.connection_as("gent.bus")) as (sender, _):
            _publish(sender, topic)
        await broker.stop()
        await broker.start()

        with _client(broker.connection, durable_id="gateway") as (_, arrivals):
            received = _take(arrivals, topic, 5)

    assert received == [topic]


@pytest.mark.real
async def test_a_listener_with_a_certificate_speaks_tls(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    listener = MosquittoListener(port=free_port(), certificate_file=certificate, key_file=key)

    async with Mosquitto(tmp_path, cities=[GENT], listeners=[listener]) as broker:
        device = broker.connection_as("gent.bus")
        secure = device.model_copy(update={"port": listener.port, "ca_file": certificate})
        topics = ["city/gent/v/m/t"]

        assert await _relay(broker.connection, secure, topics) == topics
        with pytest.raises(ConnectionError):
            await probe_mqtt(device.model_copy(update={"port": listener.port}))


async def _relay(
    reader: MqttConnection,
    writer: MqttConnection,
    topics: list[str],
    *,
    version: MQTTProtocolVersion = VERSIONS[0],
    patience_seconds: float = 5.0,
) -> list[str]:
    """Publish the topics in order; return those that arrive, up to the last of them."""

    def relay() -> list[str]:
        with _client(reader, version) as (receiver, arrivals):
            _subscribe(receiver)
            # Debian's Mosquitto cuts a client off when it writes where it may not: one for each.
            for topic in topics:
                with _client(writer, version) as (sender, _):
                    _publish(sender, topic)
            return _take(arrivals, topics[-1], patience_seconds)

    return await asyncio.to_thread(relay)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1 and its key, and return their files."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    name = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    files = ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run([*make.split(), *name.split(), *files], check=True, capture_output=True)
    return certificate, key


async def _eventually_connects(connection: MqttConnection) -> None:
    async with asyncio.timeout(90):
        while True:
            with suppress(ConnectionRefusedError):
                await probe_mqtt(connection)
                return


@contextmanager
def _client(
    connection: MqttConnection,
    version: MQTTProtocolVersion = VERSIONS[0],
    *,
    durable_id: str = "",
) -> Iterator[tuple[paho.Client, Queue[str]]]:
    """Yield a connected client, and the queue of the topics that reach it."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=durable_id,
        clean_session=not durable_id if version == VERSIONS[0] else None,
        protocol=version,
    )
    connected, arrivals = Event(), Queue[str]()
    client.on_connect = lambda *_: connected.set()
    client.on_message = lambda _client, _data, message: arrivals.put(message.topic)
    assert connection.password is not None
    client.username_pw_set(connection.username, connection.password.get_secret_value())
    if connection.ca_file is not None:
        client.tls_set(str(connection.ca_file))
    client.connect(connection.host, connection.port)
    client.loop_start()
    try:
        assert connected.wait(90)
        yield client, arrivals
    finally:
        client.disconnect()
        client.loop_stop()


def _tell_of_end(client: paho.Client) -> Event:
    """Return what is set when the broker ends a connection; it is not made again."""
    ended = Event()

    def end(*_: object) -> None:
        ended.set()
        client.disconnect()

    client.on_disconnect = end
    return ended


def _subscribe(client: paho.Client) -> None:
    confirmed = Event()
    client.on_subscribe = lambda *_: confirmed.set()
    client.subscribe("#", 1)
    assert confirmed.wait(90)


def _publish(client: paho.Client, topic: str) -> None:
    client.publish(topic, b"1", 1).wait_for_publish(5)


def _take(arrivals: Queue[str], last: str, patience_seconds: float) -> list[str]:
    """Return the topics that arrive up to `last`, or until none does for a while."""
    topics: list[str] = []
    with suppress(Empty):
        while last not in topics:
            topics.append(arrivals.get(timeout=patience_seconds))
    return topics
