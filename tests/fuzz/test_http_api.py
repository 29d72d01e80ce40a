"""The open interfaces, asked anything: never an error of ours, and nothing that is not open."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from hypothesis import given

from api.settings import ApiSettings
from tests.api.conftest import KEYS, app, keys_file, owner, settings
from tests.fuzz.asgi_caller import Answer, Request, ask
from tests.fuzz.http_requests import requests_of
from tests.fuzz.laws import examples, is_long_form
from tests.fuzz.outcomes import Outcome, note

__all__ = ["app", "keys_file", "owner", "settings"]
pytestmark = [pytest.mark.embedded, pytest.mark.timeout(36_000 if is_long_form() else 300)]
# Not in the OpenAPI document: forms by suffix, files, what is nowhere.
MORE = (
    "/", "/quality.csv", "/quality.json", "/catalogue.ttl", "/catalogue/{city}.{x}", "/static/{x}",
    "/id/thing/{datastream}.{x}", "/id/observation/{x}", "/shapes/{x}", "/feeds/{city}/{path}",
    "/ldes/{city}/{theme}/page/{datastream}.nq", "/{x}", "/{x}/{path}", "/sensorthings/v1.1{path}",
)  # fmt: skip
_SECRET, _KEYS = b"GEHEIM", tuple(key.encode() for key in KEYS.values())


def check(request: Request, answer: Answer) -> None:
    """Hold an answer against what holds for every answer.

    Raises:
        AssertionError: it is not so.
    """
    assert answer.status < 500 or answer.status in (501, 503), answer
    kind = answer.header(b"content-type")
    for name, value in answer.headers:
        text = (name + value).decode("latin-1")
        assert not any(ord(one) < 32 or ord(one) == 127 for one in text), (name, value)
    if answer.status == 503:
        assert answer.header(b"retry-after")
    if request.method == "HEAD":
        return
    if answer.whole and answer.header(b"content-length"):
        assert int(answer.header(b"content-length")) == len(answer.body)
    content = answer.content if answer.whole else answer.body
    if answer.status >= 400 and kind.startswith("text/html"):
        assert any(b"text/html" in value for _, value in request.headers), answer
        assert b"<h1" in content, answer
    elif answer.status >= 400:
        assert kind == "application/problem+json", answer
        assert json.loads(content)["detail"], answer
    if content and answer.whole and "json" in kind and "ndjson" not in kind:
        json.loads(content, parse_constant=_no_number)
    if not any(value.removeprefix(b"Bearer ") in _KEYS for _, value in request.headers):
        assert _SECRET not in content, answer


def _no_number(word: str) -> Any:
    raise AssertionError(f"{word} is no JSON")


async def test_anything_asked_is_answered_and_nothing_is_left_open(
    app: FastAPI, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    loop, began = asyncio.get_running_loop(), time.monotonic()
    statuses: Counter[int] = Counter()
    slowest = 0.0

    @examples(300)
    @given(request=requests_of(app.openapi(), _KEYS, MORE))
    def law(request: Request) -> None:
        nonlocal slowest
        answer = asyncio.run_coroutine_threadsafe(ask(app, request), loop).result()
        statuses[answer.status] += 1
        slowest = max(slowest, answer.seconds)
        check(request, answer)

    await asyncio.to_thread(law)

    open_transactions = await owner.fetchval(
        "select count(*) from pg_stat_activity "
        "where datname = current_database() and state like 'idle in transaction%'"
    )
    note(
        Outcome(
            what="open interfaces over HTTP",
            promise="no 500, no secret, nothing left open, within the limits",
            executions=statuses.total(),
            seconds=time.monotonic() - began,
            facts={
                "slowest ms": round(slowest * 1000),
                "answers": " ".join(f"{one}: {statuses[one]}" for one in sorted(statuses)),
            },
        )
    )
    assert not open_transactions
    assert len(statuses) > 3
    assert slowest < _limit(settings) or not is_long_form()


def _limit(settings: ApiSettings) -> float:
    """Return the longest that an answer may take: to wait for a connection, and a statement."""
    return settings.acquire_seconds + settings.limits.statement_seconds
