"""What the caller is told of the items that a request became."""

from collections.abc import Sequence
from typing import Final

import msgspec

from ingest.http_problems import MEDIA_TYPE, problem_content
from ingest.http_window import Delivery
from ingest.idempotency import Accepted
from ingest.ports import Item
from schemas.wire import DeadLetter

_JSON: Final = "application/json"
_STATUS_OF: Final = {"payload.too-large": 413}


def result(item: Item, delivery: Delivery) -> Accepted:
    """Return the answer for one payload: 202, or a problem where it left a dead letter."""
    if not isinstance(item, DeadLetter):
        content = msgspec.json.encode({"status": 202, "receivedTime": item.received_time})
        return Accepted(202, content, _JSON, delivery)
    status, reason, detail = _refusal(item)
    return Accepted(status, problem_content(status, reason, detail), MEDIA_TYPE, delivery)


def results(items: Sequence[Item], delivery: Delivery) -> Accepted:
    """Return the answer for a batch: 207, with a result for each item in order."""
    content = msgspec.json.encode({"results": [_line(item) for item in items]})
    return Accepted(207, content, _JSON, delivery)


def _line(item: Item) -> dict[str, int | str]:
    if not isinstance(item, DeadLetter):
        return {"status": 202}
    status, reason, detail = _refusal(item)
    return {"status": status, "reason": reason, "detail": detail}


def _refusal(letter: DeadLetter) -> tuple[int, str, str]:
    rejection = letter.rejections[0]
    return _STATUS_OF.get(rejection.reason, 422), rejection.reason, rejection.detail
