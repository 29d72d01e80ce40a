"""All couriers: one for each active webhook, started and ended as their owners wish."""

import asyncio
import logging
from typing import Final, NoReturn

from api.live.hub import Hub
from api.webhooks.courier import Courier
from api.webhooks.ledger import Ledger, Webhook
from api.webhooks.monitor import STATES, Monitor
from api.webhooks.post import Post
from api.webhooks.settings import DeliveryPolicy
from api.webhooks.subscription import filter_for
from schemas.errors import QueryRejected, Unavailable

_log: Final = logging.getLogger(__name__)


class Office:
    """Keeps couriers under way for as long as `run` does."""

    def __init__(
        self, *, hub: Hub, ledger: Ledger, post: Post, policy: DeliveryPolicy, monitor: Monitor
    ) -> None:
        self._hub, self._ledger, self._post = hub, ledger, post
        self._policy, self._monitor = policy, monitor
        self._under_way: dict[str, tuple[Courier, asyncio.Task[None]]] = {}

    async def run(self, *, refresh_seconds: float) -> NoReturn:
        """Send couriers out until cancelled.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            while True:
                await self._refresh()
                await asyncio.sleep(refresh_seconds)
        finally:
            await self._recall(list(self._under_way))

    async def _refresh(self) -> None:
        wanted = {one.webhook_id: one for one in await self._ledger.active()}
        await self._recall([one for one in self._under_way if self._is_over(one, wanted)])
        for one in wanted.values():
            if one.webhook_id not in self._under_way:
                await self._send_out(one)
        for state, number in (dict.fromkeys(STATES, 0) | await self._ledger.counts()).items():
            self._monitor.webhooks.labels(state).set(number)
        behind = [self._hub.position - courier.after for courier, _ in self._under_way.values()]
        self._monitor.lag.set(max(behind, default=0))

    def _is_over(self, name: str, wanted: dict[str, Webhook]) -> bool:
        courier, task = self._under_way[name]
        return task.done() or name not in wanted or wanted[name].version != courier.webhook.version

    async def _send_out(self, webhook: Webhook) -> None:
        try:
            wanted = filter_for(webhook.city, webhook.filter, self._hub.vocabulary)
            await self._hub.admissible(wanted, webhook.sequence)
        except QueryRejected as error:
            await self._ledger.disable(webhook, str(error))
            return
        courier = Courier(
            webhook,
            wanted,
            hub=self._hub,
            ledger=self._ledger,
            post=self._post,
            policy=self._policy,
            monitor=self._monitor,
        )
        task = asyncio.create_task(courier.run(), name=f"webhook {webhook.webhook_id}")
        self._under_way[webhook.webhook_id] = (courier, task)

    async def _recall(self, names: list[str]) -> None:
        """End couriers; one that broke off because the database was away says so."""
        tasks = [self._under_way.pop(name)[1] for name in names]
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Unavailable):
                raise ended
            if isinstance(ended, Exception):
                _log.error("a webhook broke off and is tried again", exc_info=ended)
