"""What was rejected, over HTTP: for the city whose it is, and nobody else."""

import base64
import csv
import io
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from .conftest import as_city

pytestmark = pytest.mark.embedded
PAYLOAD = b'{"car": "\xff"}'
INSERT = """
insert into dead_letter (
    city, source, received_time, station, channel, profile, profile_version, reasons, rejections,
    payload, payload_bytes, payload_sha256, reading_partition, reading_offset
) values ($1, $2, $3, 'normalise', 'mqtt', $4, 2, $5, $6, $7, $8, 'x', 0, $9)
returning dead_letter_id
"""
RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def rejected(
    owner: asyncpg.Connection, city: str, offset: int, *, profile: str = "telraam/v2"
) -> int:
    """Keep a dead letter, and return its number."""
    rejections = '[{"reason": "value.not-a-number", "detail": "no number", "where": "car"}]'
    found: int = await owner.fetchval(
        INSERT, city, f"city/{city}/telraam/v2/x", RECEIVED + timedelta(milliseconds=offset),
        profile, ["value.not-a-number"], rejections, PAYLOAD, len(PAYLOAD), offset,
    )  # fmt: skip
    return found


async def test_city_sees_what_was_rejected_and_why(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    number = await rejected(owner, "zonnedorp", 1)
    await rejected(owner, "zonnedorp", 2)
    await rejected(owner, "maanstad", 3)

    told = (await client.get("/dead-letters", headers=as_city("zonnedorp"))).json()
    one = await client.get(f"/dead-letters/{number}", headers=as_city("zonnedorp"))

    [count] = told["counts"]
    assert (count["reason"], count["letters"]) == ("value.not-a-number", 2)
    assert [letter["city"] for letter in told["newest"]] == ["zonnedorp"] * 2
    assert "payload" not in told["newest"][0]
    letter = one.json()
    assert base64.b64decode(letter["payloadBase64"]) == PAYLOAD
    assert (letter["source"], letter["profile"], letter["profileVersion"]) == (
        "city/zonnedorp/telraam/v2/x", "telraam/v2", 2,
    )  # fmt: skip
    assert letter["rejections"][0]["where"] == "car"
    assert "no-store" in one.headers["cache-control"]


async def test_nobody_else_sees_them(client: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    number = await rejected(owner, "zonnedorp", 1)
    nobodys = await rejected(owner, "", 2)

    for path in ("/dead-letters", "/dead-letters.csv", f"/dead-letters/{number}"):
        assert (await client.get(path)).status_code == 401
    other = await client.get(f"/dead-letters/{number}", headers=as_city("maanstad"))
    listed = await client.get("/dead-letters", headers=as_city("maanstad"))
    hidden = await client.get(f"/dead-letters/{nobodys}", headers=as_city("maanstad"))
    assert (other.status_code, hidden.status_code) == (404, 404)
    assert listed.json() == {"counts": [], "newest": []}


async def test_counts_are_a_table_that_no_spreadsheet_computes(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    await rejected(owner, "zonnedorp", 1)
    await rejected(owner, "zonnedorp", 2, profile="=1+1")

    headers = {**as_city("zonnedorp"), "Accept": "text/csv"}
    by_both = await client.get("/dead-letters", headers=headers)
    by_profile = await client.get("/dead-letters.csv?by=profile", headers=headers)

    rows = list(csv.DictReader(io.StringIO(by_both.text, newline="")))
    assert {row["profile"]: row["letters"] for row in rows} == {"telraam/v2": "1", "'=1+1": "1"}
    assert min(row["oldest"] for row in rows) == "2026-03-01T12:00:00.001000Z"
    assert by_profile.text.startswith("profile,letters,replayed,cut,oldest,newest\r\n")


async def test_wishes_narrow_them_down(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    for offset in range(3):
        await rejected(owner, "zonnedorp", offset)

    for query, count in (
        ("limit=2", 2), ("profile=dsmr/p1", 0), ("reason=value.not-a-number", 3),
        ("since=2026-03-01T12:00:01Z", 0), ("since=2026-03-01", 3),
    ):  # fmt: skip
        answer = await client.get(f"/dead-letters?{query}", headers=as_city("zonnedorp"))
        assert len(answer.json()["newest"]) == count, query


@pytest.mark.parametrize(
    "query", ["limit=many", "limit=99999", "by=city", "since=soon", "city=zonnedorp"]
)
async def test_wish_that_is_none_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/dead-letters?{query}", headers=as_city("zonnedorp"))

    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "0" * 40 + "1", "1.5"])
async def test_number_that_is_none_is_not_found(client: httpx.AsyncClient, number: str) -> None:
    answer = await client.get(f"/dead-letters/{number}", headers=as_city("zonnedorp"))

    assert answer.status_code == 404
