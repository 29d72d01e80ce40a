"""One attempt to hand a message over."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpx

from api.settings import DestinationPolicy
from api.webhooks.destination import destination_of, look_up
from api.webhooks.ledger import Webhook
from api.webhooks.settings import DeliveryPolicy
from api.webhooks.signature import signed
from schemas.errors import Unavailable

_AGENT: Final = "stadspuls-webhooks/1"
_MOST_WAIT_SECONDS: Final = 86_400


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an attempt.

    Attributes:
        taken: whether the receiver has the message.
        refused: whether it wants no more, ever.
        failure: what went wrong, for the owner.
        wait_seconds: how long the receiver asks us to wait.
    """

    taken: bool = False
    refused: bool = False
    failure: str = ""
    wait_seconds: float = 0.0


class Post:
    """Sends messages; what a receiver says beside its status is not read.

    A connection serves one message: it is made to an address that was looked up and checked for
    this attempt, and kept ones are told apart by address alone, not by the name that was asked.
    """

    def __init__(self, destinations: DestinationPolicy, policy: DeliveryPolicy) -> None:
        self._destinations, self._policy = destinations, policy
        trust = ssl.create_default_context(cafile=policy.ca_file)
        self._client = httpx.AsyncClient(
            verify=trust,
            trust_env=False,
            follow_redirects=False,
            timeout=policy.timeout_seconds,
            limits=httpx.Limits(max_connections=policy.at_once, max_keepalive_connections=0),
        )
        self._places = asyncio.Semaphore(policy.at_once)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def send(self, webhook: Webhook, message_id: str, body: bytes) -> Answer:
        """Try once.

        Raises:
            QueryRejected: nothing is sent to the webhook's address.
        """
        try:
            async with self._places, asyncio.timeout(self._policy.timeout_seconds):
                return await self._send(webhook, message_id, body)
        except TimeoutError:
            return Answer(failure=f"no answer within {self._policy.timeout_seconds:g} s")
        except (httpx.HTTPError, ssl.SSLError, Unavailable) as failure:
            return Answer(failure=f"{type(failure).__name__}: {failure}"[:500])

    async def _send(self, webhook: Webhook, message_id: str, body: bytes) -> Answer:
        to = destination_of(webhook.url, self._destinations)
        address = await look_up(to, self._destinations)
        headers = {
            "host": to.authority,
            "content-type": "application/json",
            "user-agent": _AGENT,
            **signed(message_id, body, keys=webhook.keys, now=datetime.now(UTC)),
        }
        async with self._client.stream(
            "POST",
            to.at(address),
            content=body,
            headers=headers,
            extensions={"sni_hostname": to.host},
        ) as answer:
            return _judged(answer)


def _judged(answer: httpx.Response) -> Answer:
    if answer.is_success:
        return Answer(taken=True)
    if answer.is_redirect:
        told = f"answered {answer.status_code}: a redirect is not followed"
        return Answer(failure=told)
    wait = answer.headers.get("retry-after", "")
    seconds = min(int(wait), _MOST_WAIT_SECONDS) if wait.isascii() and wait[:9].isdigit() else 0
    return Answer(
        refused=answer.status_code == HTTPStatus.GONE,
        failure=f"answered {answer.status_code}",
        wait_seconds=seconds,
    )
