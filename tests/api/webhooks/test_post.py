"""Over https a message goes to the checked address, and to nobody but the owner of the name."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.http_server import serve
from api.settings import DestinationPolicy
from api.webhooks.ledger import Webhook
from api.webhooks.post import Answer, Post
from api.webhooks.settings import DeliveryPolicy
from api.webhooks.signature import new_secret
from deploy.stack.ports import free_port
from schemas.settings import HttpListener
from tests.api.webhooks.conftest import PATIENCE_SECONDS, Receiver, hook_of

NAME = "receiver.example"
HERE = DestinationPolicy(networks=("127.0.0.0/8",))


def certificate(folder: Path, names: str) -> tuple[Path, Path]:
    """Return the files of a certificate that vouches for itself, and of its key."""
    folder.mkdir()
    found, key = folder / "certificate.pem", folder / "key.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    name = f"-subj /CN=receiver -addext subjectAltName={names}"
    files = ["-out", str(found), "-keyout", str(key)]
    subprocess.run([*make.split(), *name.split(), *files], check=True, capture_output=True)
    return found, key


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the receiver's name lead here once and nowhere afterwards; return who was asked for."""
    asked: list[str] = []
    real: Callable[..., Any] = socket.getaddrinfo

    def found(host: str, *rest: Any, **options: Any) -> Any:
        if host != NAME:
            return real(host, *rest, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


@asynccontextmanager
async def receiving(files: tuple[Path, Path]) -> AsyncIterator[Receiver]:
    receiver = Receiver(free_port())
    file, key = files
    listener = HttpListener(port=receiver.port, certificate_file=file, key_file=key)
    task = asyncio.create_task(serve(hook_of(receiver), listener))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await listens(receiver.port):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
    try:
        yield receiver
    finally:
        task.cancel()
        await asyncio.wait([task])


async def listens(port: int) -> bool:
    """Tell whether somebody answers over TLS, whoever it is."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=anybody)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def sent(receiver: Receiver, trusted: Path) -> Answer:
    policy = DeliveryPolicy(ca_file=trusted, timeout_seconds=PATIENCE_SECONDS)
    webhook = Webhook(
        webhook_id="w",
        city="a",
        url=f"https://{NAME}:{receiver.port}/hook",
        filter={},
        keys=(new_secret(),),
        sequence=0,
        pending=None,
        replays=0,
        version=0,
        failing_since=None,
        attempts=0,
        next_attempt=None,
    )
    async with Post(HERE, policy) as post:
        return await post.send(webhook, "msg_1", b"{}")


async def test_message_goes_to_the_checked_address_under_the_certificate_of_the_name(
    tmp_path: Path, looked_up: list[str]
) -> None:
    files = certificate(tmp_path / "right", f"DNS:{NAME}")
    async with receiving(files) as receiver:
        answer = await sent(receiver, files[0])

    assert answer == Answer(taken=True)
    [(headers, body)] = receiver.requests
    assert (headers["host"], body) == (f"{NAME}:{receiver.port}", b"{}")
    assert looked_up == [NAME]


@pytest.mark.parametrize(
    "names",
    ["DNS:other.example", "IP:127.0.0.1", f"DNS:{NAME}.other.example"],
    ids=["another name", "the address", "a longer name"],
)
async def test_certificate_of_anything_but_the_name_is_refused_and_told(
    tmp_path: Path, looked_up: list[str], names: str
) -> None:
    files = certificate(tmp_path / "wrong", names)
    async with receiving(files) as receiver:
        answer = await sent(receiver, files[0])

    assert (answer.taken, answer.refused, receiver.requests) == (False, False, [])
    assert f"certificate is not valid for '{NAME}'" in answer.failure
    assert looked_up == [NAME]


async def test_certificate_that_nobody_we_trust_vouches_for_is_refused_and_told(
    tmp_path: Path, looked_up: list[str]
) -> None:
    files = certificate(tmp_path / "unknown", f"DNS:{NAME}")
    trusted, _ = certificate(tmp_path / "trusted", f"DNS:{NAME}")
    async with receiving(files) as receiver:
        answer = await sent(receiver, trusted)

    assert (answer.taken, receiver.requests) == (False, [])
    assert "certificate verify failed" in answer.failure
    assert looked_up == [NAME]
