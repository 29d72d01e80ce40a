"""A device that sends over HTTP: each reading until it is accepted, every answer noted."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import httpx

from schemas import telemetry
from simulators.ledger import Ledger
from simulators.load import readings
from simulators.scenario import Load
from tests.faults.pipeline import CITY
from tests.faults.telling import counted
from tests.faults.trial import Trial

_seeds = itertools.count(500)
_PAUSE_SECONDS = 0.1
_PATIENCE_SECONDS = 90.0
_TIMEOUT = httpx.Timeout(20)


class Answer(NamedTuple):
    """What the gateway said to one request."""

    time: datetime
    status: int
    retry_after: str | None


class HttpDevice:
    """Sends one reading after another, the same one again until the gateway has it.

    Attributes:
        answers: all of them, in order.
    """

    def __init__(self, address: str, key: str, ledger: Ledger) -> None:
        self._address, self._ledger = f"{address}/ingest", ledger
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._done = False
        self.answers: list[Answer] = []

    def answered(self, since: datetime, until: datetime) -> list[Answer]:
        """Return what was answered in a time."""
        return [one for one in self.answers if since <= one.time < until]

    async def refused(self) -> None:
        """Return when a request is answered with 503 from now on."""
        await self._answered_with(httpx.codes.SERVICE_UNAVAILABLE)

    async def accepted(self) -> None:
        """Return when a request is answered with 202 from now on."""
        await self._answered_with(httpx.codes.ACCEPTED)

    async def send(self) -> None:
        """Send until told to finish."""
        load = Load(messages_per_second=1, dialect="telraam", things=5, cities=(CITY,))
        said = readings(load, seed=next(_seeds), process=0, now=time.time())
        async with httpx.AsyncClient(headers=self._headers, timeout=_TIMEOUT) as client:
            while not self._done:
                _, topic, payload = next(said)
                number = self._ledger.published(CITY, topic, payload)
                while not await self._is_accepted(client, topic, payload):  # noqa: ASYNC110
                    await asyncio.sleep(_PAUSE_SECONDS)
                self._ledger.acknowledged(number)
                await asyncio.sleep(_PAUSE_SECONDS)

    def finish(self) -> None:
        """Send what was begun, and nothing more."""
        self._done = True

    async def _answered_with(self, status: int) -> None:
        begun = datetime.now(UTC)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not any(  # noqa: ASYNC110 - another task's state
                one.status == status for one in self.answers if one.time > begun
            ):
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _is_accepted(self, client: httpx.AsyncClient, topic: str, payload: bytes) -> bool:
        with contextlib.suppress(httpx.TransportError):
            path = topic.removeprefix("city/")
            answer = await client.post(f"{self._address}/{path}", content=payload)
            self._note(answer)
            return answer.status_code == httpx.codes.ACCEPTED
        return False

    def _note(self, answer: httpx.Response) -> None:
        retry_after = answer.headers.get("Retry-After")
        self.answers.append(Answer(datetime.now(UTC), answer.status_code, retry_after))


@asynccontextmanager
async def http_device(one: Trial) -> AsyncIterator[HttpDevice]:
    """Yield a device that sends; its last reading is accepted before the context ends."""
    made = one.pipeline
    file = made.installation.data_dir / f"ledger.http.{len(one.ledgers)}.{time.time_ns()}"
    one.ledgers.append(file)
    with Ledger(file) as ledger:
        listener = made.part("ingest").listener
        device = HttpDevice(listener.address, made.installation.http_key(CITY), ledger)
        sending = asyncio.create_task(device.send(), name="http device")
        try:
            yield device
        finally:
            device.finish()
            async with asyncio.timeout(_PATIENCE_SECONDS):  # a trial that failed has no gateway
                await sending


async def unacknowledged(one: Trial, device: HttpDevice, seconds: float) -> list[Answer]:
    """Return what HTTP answers while Kafka is away, when nothing may be acknowledged.

    From when the gateway has noticed it: what was confirmed before is acknowledged until then.
    """
    await device.refused()
    before, begun = await counted(one.pipeline, telemetry.ACKNOWLEDGED), datetime.now(UTC)
    await asyncio.sleep(seconds)
    after, ended = await counted(one.pipeline, telemetry.ACKNOWLEDGED), datetime.now(UTC)
    assert after == before
    return device.answered(begun, ended)
