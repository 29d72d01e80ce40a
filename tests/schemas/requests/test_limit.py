"""Who asks too often is refused, whatever headers say and however many processes count."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.cities.keys import CityKey, KeyRing, hash_key
from schemas.requests.limit import RequestLimit, RequestPolicy
from schemas.requests.table import RequestTable

STRANGER, PROXY = "203.0.113.9", "198.51.100.1"
KEYS = KeyRing((CityKey(city="gent", name="k", sha256=hash_key("sleutel")),))


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b""}


class Served:
    """An application behind the limit, and callers of it."""

    def __init__(self, **policy: Any) -> None:
        given = {"address_requests": 3, "key_requests": 5, "seconds": 60, **policy}
        self.answered = 0
        self.limit = RequestLimit(
            self._answer,
            policy=RequestPolicy(**given),
            keys=lambda: KEYS,
            problem=lambda detail: json.dumps({"detail": detail}).encode(),
        )

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        self.answered += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def get(
        self, client: str | None = STRANGER, *, path: str = "/", **headers: str | list[str]
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of a request."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        lines = [
            (name.replace("_", "-").encode(), value.encode())
            for name, values in headers.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        scope: dict[str, Any] = {"type": "http", "path": path, "headers": lines}
        scope["client"] = (client, 1) if client else None
        await self.limit(scope, _receive, send)
        head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], head, sent[1]["body"]

    async def statuses(self, number: int, *args: Any, **headers: Any) -> list[int]:
        return [(await self.get(*args, **headers))[0] for _ in range(number)]


async def test_request_too_many_is_told_when_to_come_back() -> None:
    served = Served()
    first = await served.get()
    await served.statuses(2)
    status, headers, body = await served.get()

    assert (first[1]["ratelimit-limit"], first[1]["ratelimit-remaining"]) == ("3", "2")
    assert first[1]["ratelimit-policy"] == "3;w=60"
    assert (status, headers["ratelimit-remaining"]) == (429, "0")
    assert 1 <= int(headers["retry-after"]) <= 20
    assert headers["content-type"] == "application/problem+json"
    assert "too many requests" in json.loads(body)["detail"]
    assert served.answered == 3


async def test_key_has_an_allowance_of_its_own_and_an_unknown_one_has_none() -> None:
    served = Served()

    assert await served.statuses(4) == [200, 200, 200, 429]
    assert await served.statuses(6, authorization="Bearer sleutel") == [200] * 5 + [429]
    assert await served.statuses(1, x_api_key="sleutel") == [429]
    assert await served.statuses(1, authorization="Bearer geraden") == [429]


async def test_of_several_keys_the_one_that_opens_is_counted() -> None:
    served = Served()

    shown = ["Bearer sleutel", "Bearer geraden"]
    assert await served.statuses(6, authorization=shown) == [200] * 5 + [429]
    assert await served.statuses(1, authorization="Bearer ", x_api_key="sleutel") == [429]


@pytest.mark.parametrize(
    "forged",
    [
        "192.0.2.1",
        "127.0.0.1",
        "192.0.2.1, 198.51.100.1",
        ["192.0.2.1", "127.0.0.1"],
        "nonsense",
        "",
    ],
    ids=str,
)
async def test_forwarded_address_of_a_stranger_counts_for_nothing(forged: Any) -> None:
    served = Served(trusted_proxies=[PROXY])

    assert await served.statuses(3) == [200] * 3
    assert await served.statuses(1, x_forwarded_for=forged) == [429]


async def test_trusted_proxy_tells_who_asks_and_what_stands_before_is_not_believed() -> None:
    served = Served(trusted_proxies=[PROXY, "198.51.100.2"])

    for number in range(3):
        forged = f"192.0.2.{number}, {STRANGER}, 198.51.100.2"
        assert await served.statuses(1, PROXY, x_forwarded_for=forged) == [200]
    assert await served.statuses(1, PROXY, x_forwarded_for=[STRANGER]) == [429]
    assert await served.statuses(1, PROXY, x_forwarded_for="203.0.113.10") == [200]
    nonsense = await served.statuses(4, PROXY, x_forwarded_for="no address")
    assert nonsense == [200] * 3 + [429]


async def test_this_computer_and_what_supervisors_ask_is_not_counted() -> None:
    served = Served()

    assert await served.statuses(9, "127.0.0.1") == [200] * 9
    assert await served.statuses(9, "::1") == [200] * 9
    assert await served.statuses(9, path="/metrics") == [200] * 9


async def test_proxy_on_this_computer_does_not_lift_the_limit_once_it_is_trusted() -> None:
    served = Served(trusted_proxies=["127.0.0.0/8"])

    assert await served.statuses(4, "127.0.0.1", x_forwarded_for=STRANGER) == [200] * 3 + [429]


async def test_one_network_of_ipv6_is_one_caller() -> None:
    served = Served()

    assert [(await served.get(f"2001:db8::{n}"))[0] for n in range(4)] == [200] * 3 + [429]
    assert await served.statuses(1, "2001:db8:0:1::1") == [200]
    assert await served.statuses(1, "::ffff:192.0.2.77") == [200]


def test_allowance_comes_back_evenly_and_never_exceeds_itself() -> None:
    now = 1000.0
    table = RequestTable(clock=lambda: now)
    taken = [table.take("a", most=4, seconds=8).wait_seconds for _ in range(5)]
    now += 2
    again = [table.take("a", most=4, seconds=8).wait_seconds for _ in range(2)]
    now += 999
    later = [table.take("a", most=4, seconds=8).wait_seconds for _ in range(5)]

    assert taken == [0, 0, 0, 0, pytest.approx(2)]
    assert again == [0, pytest.approx(2)]
    assert later == taken


def test_computer_that_started_anew_locks_nobody_out(tmp_path: Path) -> None:
    before = RequestTable(tmp_path / "table", clock=lambda: 1e6)
    before.take("a", most=1, seconds=60)
    after = RequestTable(tmp_path / "table", clock=lambda: 5.0)

    assert after.take("a", most=1, seconds=60).wait_seconds == 0


def _take_many(file: Path, number: int) -> int:
    table = RequestTable(file)
    return sum(table.take("a", most=500, seconds=3600).wait_seconds == 0 for _ in range(number))


def test_several_processes_count_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        taken = pool.starmap(_take_many, [(tmp_path / "table", 300)] * 4)

    # A request comes back every 7.2 seconds.
    assert 500 <= sum(taken) <= 520


def test_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        RequestPolicy(trusted_proxies=("everybody",))
