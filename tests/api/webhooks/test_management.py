"""A city manages its webhooks with its key, and sees nobody else's."""

from typing import Any

import asyncpg
import httpx
import pytest

from api.settings import ApiSettings
from tests.api.conftest import as_city

pytestmark = pytest.mark.embedded

PATH = "/live/webhooks"
URL = "https://receiver.example/hook"


async def made(http: httpx.AsyncClient, **wishes: Any) -> Any:
    answer = await http.post(PATH, json={"url": URL} | wishes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_webhook_is_made_told_changed_and_removed(http: httpx.AsyncClient) -> None:
    one = await made(http, filter={"theme": ["traffic"]}, description="for the map")
    address = f"{PATH}/{one['id']}"
    listed = (await http.get(PATH)).json()["webhooks"]
    paused = (await http.patch(address, json={"state": "paused"})).json()
    moved = (await http.patch(address, json={"url": URL + "2", "state": "active"})).json()
    removed = await http.delete(address)
    gone = await http.get(address)

    assert one["secret"].startswith("whsec_")
    assert one["sequence"] == 1000
    assert [listed[0]["id"], listed[0]["filter"]] == [one["id"], {"theme": ["traffic"]}]
    assert "secret" not in listed[0]
    assert (paused["state"], moved["state"], moved["url"]) == ("paused", "active", URL + "2")
    assert (removed.status_code, gone.status_code) == (204, 404)


async def test_secret_is_renewed_and_the_old_one_signs_for_a_while(
    http: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    one = await made(http)
    renewed = (await http.post(f"{PATH}/{one['id']}/secret")).json()
    [row] = await owner.fetch("select secret, former_secret from webhook")

    assert renewed["secret"] != one["secret"]
    assert tuple(row) == (renewed["secret"], one["secret"])


async def test_webhooks_are_a_citys_own(http: httpx.AsyncClient) -> None:
    one = await made(http)
    address = f"{PATH}/{one['id']}"
    other = as_city("maanstad")

    assert (await http.get(PATH, headers=other)).json() == {"webhooks": []}
    assert (await http.get(address, headers=other)).status_code == 404
    assert (await http.delete(address, headers=other)).status_code == 404
    assert (await http.patch(address, json={}, headers=other)).status_code == 404
    async with httpx.AsyncClient(base_url=http.base_url) as nobody:
        refused = await nobody.get(PATH)
    assert refused.status_code == 401
    assert "key" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("wishes", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"url":"gopher://a/"}', 400),
        (b'{"url":"https://a/","colour":"red"}', 400),
        (b'{"url":"https://a/","filter":{"colour":["red"]}}', 400),
        (b'{"url":"https://a/","filter":{"lastEventId":["1"]}}', 400),
        (b'{"url":"https://a/","filter":{"datastream":["99"]}}', 404),
        (b'{"url":"https://a/","filter":{"datastream":["x"]}}', 400),
        (b'{"url":"https://a/","sequence":-1}', 400),
        (b'{"url":"https://a/","sequence":99999999999999999999}', 400),
        (b'{"url":"https://a/","sequence":5000}', 409),
        (b'{"url":"https://a/","description":"\\u0000"}', 400),
        (b'{"url":"https://a/","description":"' + b"x" * 70_000 + b'"}', 400),
        (b"\xff", 400),
    ],
)
async def test_what_cannot_be_made_is_told(
    http: httpx.AsyncClient, wishes: bytes, status: int
) -> None:
    answer = await http.post(PATH, content=wishes)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_city_has_so_many_webhooks_and_no_more(
    http: httpx.AsyncClient, settings: ApiSettings
) -> None:
    for _ in range(settings.webhooks):
        await made(http)
    refused = await http.post(PATH, json={"url": URL})

    assert refused.status_code == 400
    assert str(settings.webhooks) in refused.json()["detail"]


async def test_who_reads_what_is_measured_cannot_read_secrets(owner: asyncpg.Connection) -> None:
    await owner.execute("set role stadspuls_reader")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.fetch("select secret from webhook")
