"""Encrypted connections: to the broker, to Kafka, and from HTTP callers."""

import asyncio
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from deploy.mosquitto import CityAccess, MosquittoListener
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_port
from ingest.bridge import run
from ingest.envelope import Envelope
from ingest.kafka_producer import security
from ingest.settings import IngestSettings
from schemas.settings import HttpListener, KafkaConnection
from tests.ingest.publisher import publisher
from tests.ingest.test_mqtt_source import Gateway, running, until


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return the files of a certificate of 127.0.0.1 and its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    name = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    files = ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run([*make.split(), *name.split(), *files], check=True, capture_output=True)
    return certificate, key


@pytest.mark.real
@pytest.mark.parametrize("batched", [True, False], ids=["batched", "stock"])
async def test_messages_come_over_tls_to_the_last_one(
    tmp_path: Path, certificate: tuple[Path, Path], envelope: Envelope, batched: bool
) -> None:
    file, key = certificate
    listener = MosquittoListener(port=free_port(), certificate_file=file, key_file=key)
    cities = [CityAccess(city="stad-a", users={"stad-a.device": "word"})]
    async with Mosquitto(tmp_path, cities=cities, listeners=[listener]) as broker:
        secure = broker.connection.model_copy(update={"port": listener.port, "ca_file": file})
        gateway = Gateway(
            secure, envelope, client_id="tls", topic_filters=("city/#",), batched_read=batched
        )
        topic = "city/stad-a/telraam/v2/1"
        device = broker.connection_as("stad-a.device")
        async with publisher(device) as sender, running(gateway):
            await sender.publish(topic, [b"x" * 1900 for _ in range(500)])
            await until(lambda: gateway.acknowledged == 500)


@pytest.mark.real
@pytest.mark.filterwarnings(  # paho leaves the socket of a failed handshake to the collector
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
async def test_broker_with_an_unknown_certificate_gets_no_password(
    tmp_path: Path, certificate: tuple[Path, Path], envelope: Envelope
) -> None:
    file, key = certificate
    listener = MosquittoListener(port=free_port(), certificate_file=file, key_file=key)
    other = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    async with Mosquitto(tmp_path, listeners=[listener]) as broker:
        update = {"port": listener.port, "ca_file": Path(other)}
        gateway = Gateway(
            broker.connection.model_copy(update=update),
            envelope,
            client_id="tls",
            topic_filters=("city/#",),
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            gateway.source._client.reconnect()


async def test_callers_reach_http_ingest_over_tls(
    certificate: tuple[Path, Path], packs: list[Path], keys_file: Path
) -> None:
    file, key = certificate
    settings = IngestSettings(
        cities=tuple(packs),
        keys_file=keys_file,
        kafka=KafkaConnection(bootstrap=f"127.0.0.1:{free_port()}"),
        http=HttpListener(port=free_port(), certificate_file=file, key_file=key),
        stop_seconds=0,
    )
    work = asyncio.create_task(run(settings))
    trust = ssl.create_default_context(cafile=str(file))
    async with httpx.AsyncClient(base_url=settings.http.address, verify=trust) as client:
        answer = await _eventually(client)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)

    assert answer.json() == {"status": "alive"}


async def _eventually(client: httpx.AsyncClient) -> httpx.Response:
    async with asyncio.timeout(90):
        while True:
            try:
                return await client.get("/health")
            except httpx.ConnectError:
                await asyncio.sleep(0.02)


def test_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="key_file belong together"):
        IngestSettings(
            cities=(),
            keys_file=tmp_path / "keys",
            http=HttpListener(certificate_file=tmp_path / "certificate.pem"),
        )


@pytest.mark.parametrize(
    ("named", "encrypted", "protocol"),
    [
        (False, False, "PLAINTEXT"),
        (True, False, "SASL_PLAINTEXT"),
        (False, True, "SSL"),
        (True, True, "SASL_SSL"),
    ],
)
def test_kafka_is_spoken_to_as_its_settings_say(
    certificate: tuple[Path, Path], named: bool, encrypted: bool, protocol: str
) -> None:
    told: dict[str, object] = {"username": "ingest", "password": "word"} if named else {}
    told |= {"ca_file": certificate[0]} if encrypted else {}

    options = security(KafkaConnection.model_validate(told))

    assert options["security_protocol"] == protocol
    assert options.get("sasl_plain_password") == ("word" if named else None)
    assert ("ssl_context" in options) == encrypted
