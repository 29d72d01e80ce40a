"""HTTP requests in; answered when what they became is safe."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from fastapi import Request, Response

from ingest.counts import Counts
from ingest.envelope import Envelope
from ingest.http_access import Access
from ingest.http_body import Body, BodyReader
from ingest.http_problems import Problem
from ingest.http_results import result, results
from ingest.http_window import Delivery, HttpWindow, Room, slow_storage
from ingest.idempotency import Accepted, IdempotencyMemory, check_key
from ingest.message import Message
from ingest.ports import Item, ReadingSink
from ingest.settings import HttpPolicy
from schemas.errors import ReadingRejected
from schemas.rejection_log import RejectionLog
from schemas.wire import DeadLetter

_NDJSON: Final = "application/x-ndjson"
_LONGEST_CONTENT_TYPE: Final = 100


class _Request(NamedTuple):
    """What a request says before its body."""

    city: str
    topic: bytes
    content_type: str
    key: str | None

    @property
    def is_batch(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() == _NDJSON

    def fingerprint(self, body: Body) -> bytes:
        digest = hashlib.sha256(b"%b\n%b\n" % (self.topic, self.content_type.encode()))
        digest.update(body.sha256.encode() or body.content)
        return digest.digest()


class HttpSource:
    """Takes payloads from the holders of a city's key.

    Args:
        envelope: seals messages.
        sink: where items go.
        access: who may send.
        policy: the limits.
        counts: what is counted.
        now: received times, never the same twice.
        rejections: where rejected payloads are named.
    """

    def __init__(
        self,
        *,
        envelope: Envelope,
        sink: ReadingSink,
        access: Access,
        policy: HttpPolicy,
        counts: Counts,
        now: Callable[[], datetime],
        rejections: RejectionLog,
    ) -> None:
        self._envelope, self._sink, self._access = envelope, sink, access
        self._policy, self._counts, self._now = policy, counts, now
        self._rejections = rejections
        self._memory = IdempotencyMemory(
            seconds=policy.idempotency_seconds, keys=policy.idempotency_keys
        )
        self._window = HttpWindow(messages=policy.window_messages, size=policy.window_bytes)

    async def receive(self, http: Request) -> Response:
        """Answer one request.

        Raises:
            Problem: it was not accepted.
        """
        try:
            return await self._receive(http)
        except Problem as problem:
            self._counts.rejected["http", problem.reason] += 1
            raise

    async def _receive(self, http: Request) -> Response:
        request = self._admit(http)
        room = self._window.room()
        try:
            body = await self._reader(request).read(http, room)
            accepted, again = self._accept_once(request, body, room)
        except BaseException:
            room.release()
            raise
        if again:
            room.release()
        await accepted.delivery.wait(self._policy.confirm_seconds)
        self._counts.acknowledged[("http",)] += not again
        headers = {"Idempotency-Replayed": "true"} if again else None
        return Response(accepted.content, accepted.status, headers, accepted.media_type)

    def _admit(self, http: Request) -> _Request:
        """Check everything that can be told before the body, the key first: no oracle."""
        city = http.path_params["city"]
        self._access.require(http.headers, city)
        topic = http.scope["path"].removeprefix("/ingest/").encode(errors="replace")
        request = _Request(
            city,
            b"city/" + topic,
            _printable(http.headers.get("content-type", "")),
            http.headers.get("idempotency-key"),
        )
        try:
            self._envelope.place(request.topic)
        except ReadingRejected as rejected:
            raise Problem(404, rejected.reason, rejected.detail) from rejected
        if _is_encoded(http):
            detail = "send the body as it is, without Content-Encoding"
            raise Problem(415, "body.encoded", detail, {"Accept-Encoding": "identity"})
        if request.key is not None:
            check_key(request.key)
        if not self._sink.ready:
            raise slow_storage(self._policy.confirm_seconds)
        return request

    def _reader(self, request: _Request) -> BodyReader:
        limit = self._envelope.payload_bytes
        return BodyReader(
            limit=self._policy.batch_bytes if request.is_batch else limit,
            read_limit=self._policy.read_bytes,
            seconds=self._policy.read_seconds,
        )

    def _accept_once(self, request: _Request, body: Body, room: Room) -> tuple[Accepted, bool]:
        """Return what was accepted, and whether that was before."""
        if request.key is None:
            return self._accept(request, body, room), False
        fingerprint = request.fingerprint(body)
        known = self._memory.recall(request.city, request.key, fingerprint)
        if known is not None:
            return known, True
        accepted = self._accept(request, body, room)
        self._memory.remember(request.city, request.key, fingerprint, accepted)
        return accepted, False

    def _accept(self, request: _Request, body: Body, room: Room) -> Accepted:
        items = self._items(request, body)
        room.hold(messages=len(items))
        delivery = Delivery(len(items), done=room.release)
        self._counts.messages["http", request.city] += 1
        for item in items:
            self._sink.put(item, delivery)
            if isinstance(item, DeadLetter):
                self._counts.rejected["http", item.rejections[0].reason] += 1
                self._rejections.tell(item)
        if request.is_batch and not body.sha256:
            return results(items, delivery)
        return result(items[0], delivery)

    def _items(self, request: _Request, body: Body) -> list[Item]:
        if body.sha256:
            return [self._too_large(request, body)]
        if not request.is_batch:
            payloads = [body.content]
        else:
            payloads = [line for raw in body.content.split(b"\n") if (line := raw.strip(b"\r \t"))]
        if not payloads or not payloads[0]:
            raise Problem(400, "payload.empty", "there is no payload in the body")
        if len(payloads) > self._policy.batch_lines:
            detail = f"{len(payloads)} lines; {self._policy.batch_lines} are allowed"
            raise Problem(413, "batch.too-long", detail)
        return [
            self._envelope.seal(
                Message(request.topic, payload),
                received_time=self._now(),
                channel="http",
                content_type=request.content_type,
            )
            for payload in payloads
        ]

    def _too_large(self, request: _Request, body: Body) -> DeadLetter:
        detail = f"the body has {body.size} bytes or more; less is allowed"
        if body.size > self._policy.read_bytes:
            detail += f"; its hash is of the first {body.size} bytes"
        return self._envelope.dead_letter(
            Message(request.topic, body.content),
            ReadingRejected("payload.too-large", detail),
            self._now(),
            channel="http",
            sha256=body.sha256,
            size=body.size,
        )


def _is_encoded(http: Request) -> bool:
    """Tell whether the body stands for other bytes, by any of its headers."""
    content, transfer = map(http.headers.getlist, ("content-encoding", "transfer-encoding"))
    named = [one.strip().lower() for value in content for one in value.split(",")]
    sent = [one.strip().lower() for value in transfer for one in value.split(",")]
    return bool({*named} - {"identity", ""} or {*sent} - {"chunked", "identity", ""})


def _printable(content_type: str) -> str:
    plain = content_type.isascii() and content_type.isprintable()
    return content_type[:_LONGEST_CONTENT_TYPE] if plain else ""
