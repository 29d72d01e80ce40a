"""HTTP ingest, sent anything: what it accepts is safe, what it refuses leaves nothing behind."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ports import Item
from schemas.wire import Reading
from tests.fuzz.asgi_caller import Answer, Request, ask
from tests.fuzz.laws import examples, is_long_form
from tests.fuzz.outcomes import Outcome, note
from tests.fuzz.words import texts
from tests.ingest.conftest import envelope, keys_file, packs, registry
from tests.ingest.test_http_source import Door, door

__all__ = ["door", "envelope", "keys_file", "packs", "registry"]
pytestmark = pytest.mark.timeout(36_000 if is_long_form() else 300)
PAYLOAD = b'{"segment_id": 1, "date": "2026-03-02T08:00:00Z", "interval": "hourly", "car": 1}'

_names = st.sampled_from(("stad-a", "stad-b", "telraam", "v2", "dsmr", "p1", "x"))
_odd = texts.map(lambda text: text.replace("#", "").replace("?", ""))
_targets = st.one_of(
    st.just("/ingest/stad-a/telraam/v2/x"),
    st.just("/ingest/stad-b/dsmr/p1/x"),
    st.lists(_names | _odd, max_size=6).map(lambda parts: "/ingest/" + "/".join(parts)),
).map(lambda text: "".join(f"%{one:02x}" if one in b" %\r\n" or one > 126 or one < 33 else chr(one)
                           for one in text.encode("utf-8", "replace")).encode())  # fmt: skip
_headers = st.lists(
    st.sampled_from(
        (
            (b"authorization", b"Bearer sleutel-a"),
            (b"authorization", b"Bearer sleutel-a"),
            (b"authorization", b"Bearer sleutel-b"),
            (b"authorization", b"bearer  "),
            (b"x-api-key", b"sleutel-b"),
            (b"x-api-key", b"\xff\x01"),
            (b"content-type", b"application/json"),
            (b"content-type", b"application/x-ndjson"),
            (b"content-type", b"application/x-ndjson; charset=\xe9"),
            (b"content-encoding", b"gzip"),
            (b"content-encoding", b"identity"),
            (b"transfer-encoding", b"chunked"),
            (b"idempotency-key", b"k1"),
            (b"idempotency-key", b"k2"),
            (b"idempotency-key", b"x" * 256),
            (b"idempotency-key", b"\xff"),
            (b"expect", b"100-continue"),
        )
    ),
    max_size=4,
)
_pieces = st.lists(
    st.sampled_from((PAYLOAD, b"\n", b"{}\n" * 11, b"x" * 2001, b"[" * 3000, b"\0", b" \r\n"))
    | st.binary(max_size=30),
    min_size=1,
    max_size=4,
)
_requests = st.builds(
    Request,
    method=st.sampled_from(("POST", "POST", "POST", "POST", "POST", "POST", "GET", "PUT")),
    target=_targets,
    headers=_headers,
    body=_pieces,
)


def check(request: Request, answer: Answer, items: Sequence[Item]) -> None:
    """Hold an answer against what it left behind.

    Raises:
        AssertionError: they do not agree.
    """
    document = json.loads(answer.body) if answer.body else {}
    assert answer.status < 500, answer
    if answer.status >= 400:
        assert answer.header(b"content-type") == "application/problem+json"
        assert document["reason"], document["detail"]
        assert not [item for item in items if isinstance(item, Reading)]
    if answer.header(b"idempotency-replayed"):
        assert not items
        return
    if answer.status == 202:
        (item,) = items
        assert isinstance(item, Reading)
        assert item.city in ("stad-a", "stad-b")
        shown = b" ".join(dict(reversed(request.headers)).values())
        assert b"sleutel-" + item.city[-1:].encode() in shown
    if answer.status == 207:
        accepted = [one["status"] == 202 for one in document["results"]]
        assert accepted == [isinstance(item, Reading) for item in items]


async def test_anything_sent_is_accepted_whole_or_refused(door: Door) -> None:
    loop, began = asyncio.get_running_loop(), time.monotonic()
    statuses: Counter[int] = Counter()
    slowest = 0.0

    @examples(300)
    @given(request=_requests)
    def law(request: Request) -> None:
        nonlocal slowest
        before = len(door.sink.items)
        answer = asyncio.run_coroutine_threadsafe(ask(door.app, request), loop).result()
        statuses[answer.status] += 1
        slowest = max(slowest, answer.seconds)
        check(request, answer, door.sink.items[before:])

    await asyncio.to_thread(law)

    window = door.source._window
    note(
        Outcome(
            what="HTTP ingest",
            promise="no 500; accepted is safe, refused leaves nothing",
            executions=statuses.total(),
            seconds=time.monotonic() - began,
            facts={
                "slowest ms": round(slowest * 1000),
                "answers": " ".join(f"{one}: {statuses[one]}" for one in sorted(statuses)),
            },
        )
    )
    assert (window.messages, window.bytes) == (0, 0)
    assert {202, 207, 401, 404} <= statuses.keys()
