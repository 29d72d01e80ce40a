"""How far each webhook has come, kept over the connection that makes us the one who sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import msgspec

from api.leader import Pen
from api.webhooks.statements import statement

_ACTIVE, _BEGIN, _TAKEN, _PASSED, _FAILED, _DISABLE = map(
    statement, ("active", "begin", "taken", "passed", "failed", "disable")
)
_COUNT: Final = "select state, count(*) from webhook group by state"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A webhook to which messages are sent.

    Attributes:
        webhook_id: its id.
        city: whose it is.
        url: where messages are sent.
        filter: the parameters of `/live/observations`, each with its values.
        keys: the secrets that sign.
        sequence: everything up to it was taken, or is not wanted.
        pending: the last sequence of the message that was under way; `None`: none was.
        replays: how often the owner sent it back.
        version: changes with what the owner changes; what is written by another counts no more.
        failing_since: when the first attempt since the last success failed.
        attempts: so many failed since then.
        next_attempt: when the next one is due.
    """

    webhook_id: str
    city: str
    url: str
    filter: Mapping[str, Sequence[str]]
    keys: tuple[str, ...]
    sequence: int
    pending: int | None
    replays: int
    version: int
    attempts: int
    failing_since: datetime | None
    next_attempt: datetime | None


class Ledger:
    """Reads and notes.

    A note answers `False` when the owner changed the webhook meanwhile: then nothing was noted.
    """

    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    async def active(self) -> list[Webhook]:
        """Return the webhooks to which messages are sent."""
        return [_webhook(row) for row in await self._pen.fetch(_ACTIVE)]

    async def counts(self) -> dict[str, int]:
        """Return how many webhooks there are, by state."""
        return {row["state"]: row["count"] for row in await self._pen.fetch(_COUNT)}

    async def begin(self, webhook: Webhook, sequence: int, pending: int) -> bool:
        """Fix what the message under way is made of, before it is sent."""
        return await self._note(_BEGIN, webhook, sequence, pending)

    async def taken(self, webhook: Webhook) -> bool:
        """Note that the message under way was taken."""
        return await self._note(_TAKEN, webhook)

    async def passed(self, webhook: Webhook, sequence: int) -> bool:
        """Note that nothing up to a sequence is wanted."""
        return await self._note(_PASSED, webhook, sequence)

    async def failed(self, webhook: Webhook, failure: str, next_attempt: datetime) -> bool:
        """Note that the message under way was not taken, and when it is sent again."""
        return await self._note(_FAILED, webhook, failure, next_attempt)

    async def disable(self, webhook: Webhook, reason: str, failure: str = "") -> bool:
        """Send nothing more, until the owner wants it again."""
        return await self._note(_DISABLE, webhook, reason, failure)

    async def _note(self, sql: str, webhook: Webhook, *values: Any) -> bool:
        return bool(await self._pen.fetch(sql, webhook.webhook_id, webhook.version, *values))


def _webhook(row: asyncpg.Record) -> Webhook:
    members = dict(row)
    former, until = members.pop("former_secret"), members.pop("former_secret_until")
    keys = [members.pop("secret")]
    if former and until and until > datetime.now(UTC):
        keys.append(former)
    wanted = msgspec.json.decode(members["filter"], type=dict[str, list[str]])
    return Webhook(**members | {"filter": wanted, "keys": tuple(keys)})
