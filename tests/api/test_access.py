"""Restricted streams are not there without the city's key, whichever way one asks."""

import itertools
import json
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from api.sensorthings.entities import COLLECTIONS, ENTITIES
from schemas.cities.keys import CityKey, hash_key

from .conftest import KEYS, ROOT, Get, as_city

pytestmark = pytest.mark.embedded

SECRET = "GEHEIM"


def generated_addresses() -> list[str]:
    """Return every collection and id, each with every relation, expanded, filtered or followed."""
    found = []
    for entity in COLLECTIONS.values():
        for path in (entity.collection, *(f"{entity.collection}({n})" for n in range(1, 7))):
            found += [path, f"{path}/$ref"]
            for one in entity.navigations.values():
                below = ENTITIES[one.target].navigations
                found.append(f"{path}?$expand={one.name}")
                found += [f"{path}?$expand={one.name}/{name}" for name in below]
                if "(" in path:
                    found.append(f"{path}/{one.name}")
                    found += [f"{path}/{one.name}?$expand={name}" for name in below]
                    found += [f"{path}/{one.name}({n})" for n in range(1, 5) if one.many]
                else:
                    found.append(f"{path}?$orderby={one.name}/id" if not one.many else path)
    for datastream in (2, 4):
        observation = f"Observations('{datastream}_20260101T000000Z')"
        found += [observation, f"{observation}/Datastream", f"{observation}/result/$value"]
        found.append(f"Datastreams({datastream})/Observations")
    return sorted(set(found))


async def test_nobody_sees_what_is_restricted_by_any_address(client: httpx.AsyncClient) -> None:
    addresses = generated_addresses()

    assert len(addresses) > 300
    for address in addresses:
        answer = await client.get(f"{ROOT}/{address}")
        assert answer.status_code in (200, 404), (address, answer.text)
        assert SECRET not in answer.text, address
        assert "666" not in answer.text, address


async def test_a_city_sees_its_own_and_not_anothers(client: httpx.AsyncClient) -> None:
    for address in generated_addresses():
        answer = await client.get(f"{ROOT}/{address}", headers=as_city("zonnedorp"))
        assert "GEHEIM teller" not in answer.text, address
        assert "GEHEIM plein" not in answer.text, address


async def test_the_key_opens_what_is_restricted(sta: Get) -> None:
    meter = await sta("Things(2)", city="zonnedorp", expand="Datastreams/Observations,Locations")

    assert meter["Datastreams"][0]["Observations"][0]["result"] == 666
    assert meter["Locations"][0]["name"] == "GEHEIM huis"
    await sta("Things(2)", city="maanstad", status=404)


async def test_counts_and_filters_tell_nothing_of_what_is_restricted(sta: Get) -> None:
    expected = {"Things": 3, "Datastreams": 3, "Locations": 3, "HistoricalLocations": 3,
                "Observations": 282, "FeaturesOfInterest": 4}  # fmt: skip

    for name, count in expected.items():
        found = await sta(name, count="true", top="0")
        assert (name, found["@iot.count"]) == (name, count)
    for text in (
        "Thing/name eq 'GEHEIM meter'",
        "Observations/result eq 666",
        "Thing/Datastreams/Observations/result eq 666",
        "Sensor/Datastreams/name eq 'GEHEIM verbruik'",
    ):
        assert (await sta("Datastreams", filter=text))["value"] == []
    nested = await sta("Sensors", expand="Datastreams($count=true;$top=0)")
    assert [one["Datastreams@iot.count"] for one in nested["value"]] == [2, 0, 1]


async def test_exports_and_pages_leave_out_what_is_restricted(client: httpx.AsyncClient) -> None:
    for path in (
        "/observations.csv?city=zonnedorp",
        "/observations.json?theme=traffic",
        "/observations.geojson?city=zonnedorp",
        "/",
    ):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "666" not in answer.text
        assert SECRET not in answer.text
    for path in ("/observations.csv?datastream=2", "/observations.json?datastream=1,4",
                 "/live/observations?datastream=2"):  # fmt: skip
        assert (await client.get(path)).status_code == 404
        assert (await client.get(path, headers=as_city("maanstad"))).status_code in (200, 404)
    own = await client.get("/observations.csv?datastream=2", headers=as_city("zonnedorp"))
    assert "666" in own.text
    assert own.headers["cache-control"] == "private, no-store"


async def test_both_headers_carry_a_key_and_a_wrong_one_is_refused(
    client: httpx.AsyncClient,
) -> None:
    path = f"{ROOT}/Things(2)"
    good = await client.get(path, headers={"X-Api-Key": KEYS["zonnedorp"]})
    wrong = [
        await client.get(path, headers=headers)
        for headers in ({"X-Api-Key": "nee"}, {"Authorization": "Bearer nee"}, {"X-Api-Key": ""})
    ]

    assert good.status_code == 200
    assert {one.status_code for one in wrong} == {401}
    assert wrong[0].headers["www-authenticate"].startswith("Bearer")


async def test_a_key_file_is_read_again_when_it_has_changed(
    client: httpx.AsyncClient, keys_file: Path
) -> None:
    path, headers = f"{ROOT}/Things(2)", {"X-Api-Key": "nieuw"}
    assert (await client.get(path, headers=headers)).status_code == 401

    keys_file.write_text("geen JSON")  # noqa: ASYNC240, a small file
    assert (await client.get(path, headers=as_city("zonnedorp"))).status_code == 200
    key = CityKey(city="zonnedorp", name="nieuw", sha256=hash_key("nieuw"))
    keys_file.write_bytes(msgspec.json.encode([key]))  # noqa: ASYNC240, a small file

    assert (await client.get(path, headers=headers)).status_code == 200
    assert (await client.get(path, headers=as_city("zonnedorp"))).status_code == 401


async def test_what_becomes_restricted_is_gone_at_once(
    sta: Get, owner: asyncpg.Connection
) -> None:
    await owner.execute("update datastream set open = false where thing_id = 1")
    await owner.execute("update thing set open = false where thing_id = 1")

    for path in ("Things(1)", "Datastreams(1)", "Observations('1_20260101T000000Z')",
                 "Locations(1)", "FeaturesOfInterest(1)", "HistoricalLocations(1)"):  # fmt: skip
        await sta(path, status=404)


def test_every_relation_with_access_names_the_cities() -> None:
    public = {"Sensor", "ObservedProperty"}

    for entity in ENTITIES.values():
        assert (":cities" in entity.relation) is (entity.name not in public)


def test_the_matrix_reaches_every_relation() -> None:
    text = json.dumps(generated_addresses())

    pairs = itertools.chain.from_iterable(
        ((entity.collection, one) for one in entity.navigations) for entity in COLLECTIONS.values()
    )
    assert all(f"{collection}?$expand={name}" in text for collection, name in pairs)


@pytest.mark.parametrize(
    ("collection", "condition"),
    [
        ("Observations", "@iot.id eq '2_20260101T000000Z' and result mul 1e307 gt 0"),
        ("Observations", "@iot.id eq '2_20260101T000000Z' and 1 eq round(result mul 1e307)"),
        ("Datastreams", "id eq 2 and length(name) mul 1e308 gt 0"),
        ("Datastreams", "id eq 2 and substring(name,length(name) mul 1e30) eq 'x'"),
        ("Datastreams", "id eq 2 and (trim(name) eq 'x' or length(name) mul 1e308 gt 0)"),
        ("Datastreams", "(not ((20 sub length(description)) mul 1.4e307 gt 0)) eq true"),
        ("Things", "id eq 2 and length(name) mul 1e308 gt 0"),
        ("Locations", "id eq 2 and length(name) mul 1e308 gt 0"),
        ("FeaturesOfInterest", "id eq 3 and length(name) mul 1e308 gt 0"),
        ("HistoricalLocations", "id eq 3 and year(time) mul 1e308 gt 0"),
        ("Sensors", "id eq 2 and length(Datastreams/name) mul 1e308 gt 0"),
        ("Sensors", "id eq 2 and length(Datastreams/Thing/name) mul 1e308 gt 0"),
        ("Sensors", "id eq 2 and Datastreams/Observations/result mul 4e305 gt 0"),
    ],
)  # fmt: skip
async def test_an_error_tells_nothing_of_what_is_restricted(
    sta: Get, collection: str, condition: str
) -> None:
    hidden = await sta(collection, filter=condition)

    assert hidden["value"] == []


async def test_calculating_with_what_is_hidden_is_no_error_in_any_order_of_the_plan(
    sta: Get,
) -> None:
    found = await sta("Observations", filter="result mul 4e305 gt 0", count="true")

    assert found["@iot.count"] == 278
