"""One webhook: message after message, each until it is taken."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from api.instants import instant_text
from api.live.audiences import wanted_events
from api.live.events import Event
from api.live.filters import Filter
from api.live.hub import Hub
from api.webhooks.ledger import Ledger, Webhook
from api.webhooks.monitor import Monitor
from api.webhooks.post import Answer, Post
from api.webhooks.settings import DeliveryPolicy
from schemas.errors import QueryRejected

_NOTE_SECONDS: Final = 10.0


class Courier:
    """Brings a webhook what its filter wants, in the order of the publication.

    A message is noted before it is first sent, by where it begins and ends. Sent again, after a
    failure or a restart, it has the same id and observations.
    """

    def __init__(
        self,
        webhook: Webhook,
        wanted: Filter,
        *,
        hub: Hub,
        ledger: Ledger,
        post: Post,
        policy: DeliveryPolicy,
        monitor: Monitor,
    ) -> None:
        self.webhook = webhook
        self.after = webhook.sequence
        self._pending = webhook.pending
        self._wanted, self._hub, self._ledger = wanted, hub, ledger
        self._post, self._policy, self._monitor = post, policy, monitor
        self._noted_time = time.monotonic()

    async def run(self) -> None:
        """Bring messages until the owner changes something, or nothing can be brought."""
        try:
            while await self._turn():
                pass
        except QueryRejected as error:
            await self._disable(str(error))

    async def _turn(self) -> bool:
        """Bring the next message, or wait for one; `False` when the webhook was changed."""
        began = time.monotonic()
        end = self._pending
        events, last = await self._gather(end)
        if not events:
            return await self._pass(last)
        if end is None and not await self._ledger.begin(self.webhook, self.after, last):
            return False
        self._pending = last
        if not await self._bring(body_of(events, last)):
            return False
        self.after, self._pending = last, None
        await asyncio.sleep(self._policy.interval_seconds - (time.monotonic() - began))
        return True

    async def _gather(self, end: int | None) -> tuple[list[Event], int]:
        """Return what is wanted next and the sequence that it reaches: `end`, if that is given."""
        found: list[Event] = []
        size, last = 0, self.after
        while not found or end is not None:
            batches = await self._hub.missed(last)
            for batch in batches:
                for event in wanted_events(batch, self._wanted):
                    if end is not None and event.sequence > end:
                        return found, end
                    found.append(event)
                    size += len(event.json)
                    if end is None and self._is_full(found, size):
                        return found, event.sequence
                last = batch.last_sequence
            if not batches or (end is not None and last >= end):
                break
        return found, last if end is None else end

    def _is_full(self, events: Sequence[Event], size: int) -> bool:
        return len(events) >= self._policy.observations or size >= self._policy.message_bytes

    async def _pass(self, last: int) -> bool:
        """Wait for something new, when there is nothing wanted up to a sequence."""
        self.after, self._pending = last, None
        if time.monotonic() - self._noted_time > _NOTE_SECONDS:
            self._noted_time = time.monotonic()
            if not await self._ledger.passed(self.webhook, last):
                return False
        await self._hub.beyond(last)
        return True

    async def _bring(self, body: bytes) -> bool:
        """Send a message until it is taken; `False` when the webhook was changed or disabled."""
        first, last = self.after, self._pending
        message_id = f"msg_{self.webhook.webhook_id}_{self.webhook.replays}_{first}_{last}"
        while True:
            await asyncio.sleep(self._due_seconds())
            answer = await self._post.send(self.webhook, message_id, body)
            self._monitor.messages.labels("taken" if answer.taken else "failed").inc()
            if answer.taken:
                self._forgive()
                return await self._ledger.taken(self.webhook)
            if not await self._failed(answer):
                return False

    def _due_seconds(self) -> float:
        due = self.webhook.next_attempt
        return max(0.0, (due - datetime.now(UTC)).total_seconds()) if due else 0.0

    def _forgive(self) -> None:
        self.webhook = replace(self.webhook, attempts=0, failing_since=None, next_attempt=None)

    async def _failed(self, answer: Answer) -> bool:
        now = datetime.now(UTC)
        since = self.webhook.failing_since or now
        if answer.refused:
            await self._disable("the receiver wants no more: it answered 410", answer.failure)
            return False
        if (now - since).total_seconds() >= self._policy.disable_seconds:
            told = f"no message was taken since {instant_text(since)}; the last one: "
            await self._disable(told + answer.failure, answer.failure)
            return False
        attempts = self.webhook.attempts + 1
        bound = self._policy.first_retry_seconds * 2.0 ** min(attempts - 1, 30)
        longest = min(bound, self._policy.longest_retry_seconds)
        pause = max(random.uniform(longest / 2, longest), answer.wait_seconds)  # noqa: S311
        due = now + timedelta(seconds=pause)
        self.webhook = replace(
            self.webhook, attempts=attempts, failing_since=since, next_attempt=due
        )
        return await self._ledger.failed(self.webhook, answer.failure, due)

    async def _disable(self, reason: str, failure: str = "") -> None:
        self._monitor.messages.labels("disabled").inc()
        await self._ledger.disable(self.webhook, reason, failure)


def body_of(events: Sequence[Event], last: int) -> bytes:
    """Return the bytes of a message, which are the same each time it is made."""
    time = instant_text(events[-1].published_time).encode()
    observations = b",".join([one.json for one in events])
    return (
        b'{"type":"observations.published","timestamp":"%b","data":'
        b'{"sequence":%d,"observations":[%b]}}' % (time, last, observations)
    )
