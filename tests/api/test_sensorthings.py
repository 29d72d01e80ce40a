"""SensorThings over a real database: collections, entities, relations, options."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import httpx
import pytest

from .conftest import BASE, ROOT, Get

pytestmark = pytest.mark.embedded


def names(document: Any) -> list[str]:
    return [one["name"] for one in document["value"]]


def ids(document: Any) -> list[Any]:
    return [one["@iot.id"] for one in document["value"]]


async def pages(client: httpx.AsyncClient, address: str) -> list[Any]:
    """Follow nextLink to the end."""
    found: list[Any] = []
    while address:
        assert len(found) < 100
        found.append((await client.get(address)).raise_for_status().json())
        address = found[-1].get("@iot.nextLink", "")
    return found


async def test_root_lists_exactly_the_eight_sets(sta: Get) -> None:
    root = await sta("")

    assert names(root) == [
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors",
        "ObservedProperties", "Observations", "FeaturesOfInterest",
    ]  # fmt: skip
    assert all(one["url"] == f"{BASE}{ROOT}/{one['name']}" for one in root["value"])


async def test_every_collection_lists_entities_that_answer_at_their_selflink(
    sta: Get, client: httpx.AsyncClient
) -> None:
    for one in (await sta(""))["value"]:
        for entity in (await sta(one["name"], top="3"))["value"]:
            again = await client.get(entity["@iot.selfLink"])
            assert again.json() == entity


async def test_every_navigation_link_answers(sta: Get, client: httpx.AsyncClient) -> None:
    for one in (await sta(""))["value"]:
        entity = (await sta(one["name"], top="1"))["value"][0]
        links = [link for name, link in entity.items() if name.endswith("navigationLink")]
        assert links
        for link in links:
            assert (await client.get(link)).status_code == 200


async def test_a_thing_that_is_announced_has_a_place_and_no_datastream(
    sta: Get, owner: asyncpg.Connection
) -> None:
    thing = await owner.fetchval(
        "insert into thing (city, profile, name, title, description, location_id, open, announced)"
        " values ('zonnedorp', 'telraam/v2', 'sluis', 'Sluis', 'Hangt er', 1, true, '{traffic}')"
        " returning thing_id"
    )
    await owner.execute(
        "insert into historical_location (thing_id, location_id, time) values ($1, 1, now())",
        thing,
    )
    [found] = (
        await sta(
            "Things",
            filter="properties/name eq 'sluis'",
            expand="Locations,Datastreams,HistoricalLocations",
        )
    )["value"]

    assert found["name"] == "Sluis"
    assert [one["location"]["coordinates"] for one in found["Locations"]] == [[4.4, 51.2]]
    assert len(found["HistoricalLocations"]) == 1
    assert found["Datastreams"] == []


async def test_a_datastream_has_the_fields_of_the_standard(sta: Get) -> None:
    datastream = await sta("Datastreams(1)")

    assert datastream["phenomenonTime"] == "2025-12-31T00:00:00Z/2026-01-02T14:30:00Z"
    assert datastream["observedArea"] == {"type": "Point", "coordinates": [4.4, 51.2]}
    assert set(datastream["unitOfMeasurement"]) == {"name", "symbol", "definition"}
    assert datastream["properties"]["theme"] == "traffic"
    assert datastream["properties"]["licence"].startswith("https://")


async def test_the_feature_of_an_observation_is_the_one_valid_then(sta: Get) -> None:
    before = await sta("Observations('1_20251231T000000Z')/FeatureOfInterest")
    after = await sta("Observations('1_20260101T000000Z')/FeatureOfInterest")

    assert (before["name"], after["name"]) == ("Oude markt", "Kerkstraat")


async def test_features_lead_back_to_their_observations(sta: Get) -> None:
    old = await sta("FeaturesOfInterest(1)/Observations", count="true", top="0")
    new = await sta("FeaturesOfInterest(2)/Observations", count="true", top="0")

    assert old["@iot.count"] + new["@iot.count"] == 250
    assert old["@iot.count"] == 96


async def test_a_thing_without_a_place_has_a_feature_without_geometry(sta: Get) -> None:
    assert (await sta("Things(5)/Locations"))["value"] == []
    feature = await sta("Observations('5_20260101T000000Z')/FeatureOfInterest")
    assert feature["feature"]["geometry"] is None


async def test_navigation_goes_to_any_depth(sta: Get) -> None:
    thing = await sta(
        "Datastreams(1)/Observations('1_20260101T000000Z')/FeatureOfInterest/"
        "Observations('1_20260101T000000Z')/Datastream/Thing"
    )

    assert thing["name"] == "Teller Kerkstraat"


async def test_flag_tells_its_version_and_where_its_reason_is(
    sta: Get, client: httpx.AsyncClient
) -> None:
    found = await sta("Observations", filter="resultQuality eq 'range.high'", top="1")
    [flag] = found["value"][0]["resultQuality"]
    reason = (
        await client.get(urlsplit(flag["definition"]).path, headers={"Accept": "text/turtle"})
    ).text

    assert (flag["code"], flag["version"], flag["severity"]) == ("range.high", 1, "error")
    assert "short of a defect" in reason


async def test_an_entity_that_is_not_below_its_parent_is_not_found(sta: Get) -> None:
    await sta("Things(1)/Datastreams(3)", status=404)
    await sta("Datastreams(3)/Observations('1_20260101T000000Z')", status=404)


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("Things(1)/name", {"name": "Teller Kerkstraat"}),
        ("Things(1)/properties/mast/hoogte", {"hoogte": 3.5}),
        ("Datastreams(1)/Thing/$ref", {"@iot.selfLink": f"{BASE}{ROOT}/Things(1)"}),
        (
            "Things(1)/Datastreams/$ref",
            {"value": [{"@iot.selfLink": f"{BASE}{ROOT}/Datastreams(1)"}]},
        ),
        ("Observations('5_20260101T000000Z')/result", {"result": True}),
    ],
)
async def test_properties_and_references_have_addresses(
    sta: Get, address: str, answer: Any
) -> None:
    assert await sta(address) == answer


async def test_a_value_is_plain_text_and_a_null_property_is_no_content(
    client: httpx.AsyncClient,
) -> None:
    name = await client.get(f"{ROOT}/Things(1)/name/$value")
    unflagged = await client.get(f"{ROOT}/Observations('1_20260101T000000Z')/resultQuality")

    assert (name.text, name.headers["content-type"]) == (
        "Teller Kerkstraat",
        "text/plain; charset=utf-8",
    )
    assert unflagged.status_code == 204


async def test_results_keep_their_type(sta: Get) -> None:
    found = await sta("Datastreams(5)/Observations")

    assert [one["result"] for one in found["value"]] == [
        True, "=SOM(A1)", {"a": {"b": 2}, "t": "x"},
    ]  # fmt: skip


async def test_select_shows_only_what_is_named(sta: Get) -> None:
    found = await sta("Things(1)", select="name,id,Datastreams")

    assert set(found) == {"@iot.id", "name", "Datastreams@iot.navigationLink"}


async def test_expand_nests_with_options(sta: Get) -> None:
    thing = await sta(
        "Things(1)",
        expand="Datastreams($select=name;$expand=Observations("
        "$top=2;$orderby=phenomenonTime desc;$count=true;$select=result),ObservedProperty)",
    )

    datastream = thing["Datastreams"][0]
    assert datastream["ObservedProperty"]["name"] == "Aantal auto's"
    assert datastream["Observations"] == [{"result": 249.0}, {"result": 248.0}]
    assert datastream["Observations@iot.count"] == 250
    assert "Datastreams@iot.navigationLink" not in thing


async def test_the_next_link_of_an_expansion_goes_on(sta: Get, client: httpx.AsyncClient) -> None:
    thing = await sta("Things(1)", expand="Datastreams/Observations($top=2;$select=result)")
    link = thing["Datastreams"][0]["Observations@iot.nextLink"]

    following = (await client.get(link)).json()

    assert [one["result"] for one in following["value"]] == [2.0, 3.0]


async def test_expansions_of_one_relation_are_joined(sta: Get) -> None:
    found = await sta("Datastreams(1)", expand="Thing/Locations,Thing/HistoricalLocations")

    assert len(found["Thing"]["Locations"]) == 1
    assert len(found["Thing"]["HistoricalLocations"]) == 2


async def test_expansion_gives_each_entity_its_own(sta: Get) -> None:
    found = await sta("Datastreams", expand="Observations($top=1;$orderby=phenomenonTime desc)")

    latest = {one["@iot.id"]: one["Observations"][0]["@iot.id"] for one in found["value"]}
    assert latest == {
        1: "1_20260102T141500Z",
        3: "3_20260101T003000.500000Z",
        5: "5_20260101T000200Z",
    }


@pytest.mark.parametrize(
    "options",
    [
        "$top=100",
        "$top=7&$orderby=phenomenonTime%20desc",
        "$top=7&$orderby=phenomenonTime",
        "$top=7&$orderby=result%20desc",
        "$top=7&$orderby=@iot.id%20desc&$select=id",
        "$top=33&$filter=result%20ge%205&$expand=Datastream($select=name)",
    ],
)
async def test_pages_together_are_the_whole_each_once(
    client: httpx.AsyncClient, options: str
) -> None:
    found = await pages(client, f"{BASE}{ROOT}/Observations?{options}&$count=true")

    together = [one for page in found for one in ids(page)]
    assert len(together) == len(set(together)) == found[0]["@iot.count"]
    assert len(found) > 1


async def test_the_next_page_of_observations_begins_behind_the_last(sta: Get) -> None:
    page = await sta("Datastreams(1)/Observations", top="10", orderby="phenomenonTime desc")

    options = dict(parse_qsl(urlsplit(page["@iot.nextLink"]).query))
    assert options["$skiptoken"] == f"'{ids(page)[-1]}'"


async def test_pages_are_limited_and_top_0_counts(sta: Get) -> None:
    assert len((await sta("Observations"))["value"]) == 100
    assert len((await sta("Observations", top="100000"))["value"]) == 282
    assert await sta("Observations", top="0", count="true") == {"@iot.count": 282, "value": []}


async def test_skip_leaves_out_and_nulls_come_first(sta: Get) -> None:
    found = await sta("Datastreams", orderby="properties/personal", skip="0", select="id")
    skipped = await sta("Datastreams", orderby="properties/personal desc", skip="1", select="id")

    assert ids(found) == [3, 5, 1]
    assert ids(skipped) == [5, 3]


FILTERS = {
    "name eq 'Teller Kerkstraat'": [1],
    "not (name eq 'Teller Kerkstraat')": [3, 5],
    "properties/mast/hoogte gt 3": [1],
    "properties/mast/hoogte eq '3.5'": [],
    "properties/code ne 'K-1'": [3, 5],
    "properties/code eq null": [5],
    "Datastreams/ObservedProperty/name eq 'PM10'": [3],
    "Datastreams/Observations/result gt 200": [1],
    "Datastreams/Observations/resultQuality eq 'range.high'": [3],
    "Datastreams/Observations/resultQuality/severity eq 'error'": [3],
    "Locations/location/type eq 'Point'": [1, 3],
    "substringof('Teller', name)": [1, 5],
    "startswith(name, 'Stof') or endswith(name, 'plaats')": [3, 5],
    "tolower(name) eq 'teller kerkstraat'": [1],
    "length(name) gt 19 and indexof(name, 'zonder') eq 7": [5],
    "substring(name, 7, 4) eq 'Kerk'": [1],
    "concat(trim(' x '), toupper('y')) eq 'xY' and id lt 3": [1],
    "id mod 2 eq 1 and (id add 1) mul 2 sub 2 div 1 ge 6": [3, 5],
    "@iot.id eq 99999999999999999999": [],
    "HistoricalLocations/time lt 2025-06-01T00:00:00Z": [1],
    "year(HistoricalLocations/time) eq 2025": [1],
    "Datastreams/phenomenonTime ge 2026-01-01T00:00:00Z": [3, 5],
    "Datastreams/unitOfMeasurement/symbol eq 'µg/m³'": [3],
}


async def test_filters_choose_what_they_say(sta: Get) -> None:
    found = {text: ids(await sta("Things", filter=text)) for text in FILTERS}

    assert found == FILTERS


OBSERVATION_FILTERS = {
    "result gt 10 and result le 12": 2 + 2,
    "result eq true": 1,
    "result eq '=SOM(A1)'": 1,
    "result/a/b eq 2": 1,
    "result/t eq 'x'": 1,
    "phenomenonTime ge 2026-01-01T00:00:00Z and phenomenonTime lt 2026-01-01T01:00:00Z": 3
    + 29
    + 3,
    "phenomenonTime eq 2025-12-31T00:00:00Z/2025-12-31T00:15:00Z": 1,
    "phenomenonTime lt 2025-12-31T00:15:00Z": 0,
    "phenomenonTime le '2025-12-31T00:15:00Z'": 1,
    "resultTime gt 2026-01-02T15:30:00+01:00 sub duration'PT1H'": 4,
    "id eq '1_20251231T000000Z'": 1,
    "id eq 'nonsense'": 0,
    "id ne 'nonsense'": 282,
    "resultQuality eq null": 282 - 6 - 4,
    "resultQuality eq 'range.high'": 6,
    "resultQuality/code ne 'range.high'": 276,
    "resultQuality/severity eq 'error'": 6,
    "resultQuality/severity eq 'info'": 4,
    "resultQuality/severity ne 'error'": 276,
    "resultQuality/severity eq null": 282 - 6 - 4,
    "resultQuality/severity eq 'fatal'": 0,
    "parameters/sequence ge 400": 4,
    "parameters/rawResult eq 'x5'": 1,
    "Datastream/Thing/name eq 'Teller Kerkstraat' and result lt 3": 3,
    "FeatureOfInterest/name eq 'Oude markt'": 96,
    "Datastream/ObservedProperty/properties/code eq 'pm10' and hour(phenomenonTime) eq 0": 29,
    "date(phenomenonTime) eq 2025-12-31": 96,
    "resultTime le now() and resultTime gt mindatetime()": 282,
    "second(resultTime) eq 0 and fractionalseconds(resultTime) gt 0.4": 29,
    "round(result div 3) eq 1 and floor(result) eq ceiling(result)": 3,
    "result div 0 eq 1": 0,
    "true": 282,
}


async def test_observation_filters_choose_what_they_say(sta: Get) -> None:
    found = {
        text: (await sta("Observations", filter=text, count="true", top="0"))["@iot.count"]
        for text in OBSERVATION_FILTERS
    }

    assert found == OBSERVATION_FILTERS


REFUSED = {
    "Things?$filter=nope eq 1": (400, "it has @iot.id, name, description"),
    "Things?$filter=Datastreams eq 1": (400, "is a relation"),
    "Things?$filter=name": (400, "true or false"),
    "Things?$filter=name eq 1": (400, "stands where"),
    "Things?$filter=name gt null": (400, "eq and ne"),
    "Things?$filter=name/x eq 1": (400, "nothing below"),
    "Things?$filter=nope(name)": (400, "there are"),
    "Things?$filter=st_within(name, name)": (501, "not offered"),
    "Things?$filter=geo.intersects(name, geography'POINT (1 2)')": (501, "not offered"),
    "Things?$filter=(((name eq 'x')": (400, "')'"),
    "Things?$filter=": (400, "the end"),
    "Things?$orderby=Datastreams/name": (400, "collection"),
    "Things?$select=nope": (400, "it has"),
    "Things?$select=properties/code": (501, "whole properties"),
    "Things?$expand=Nope": (400, "Locations"),
    "Things?$expand=Locations($nope=1)": (400, "$nope"),
    "Things?$top=-1": (400, "whole number"),
    "Things?$top=x": (400, "whole number"),
    "Things?$skip=99999999": (400, "1000000 at most"),
    "Things?$count=yes": (400, "true or false"),
    "Things?$top=1&$top=2": (400, "twice"),
    "Things?$resultFormat=dataArray": (501, "not offered"),
    "Things?nope=1": (400, "no option"),
    "Things(1)?$filter=true": (400, "no meaning"),
    "Things(1)/name?$select=name": (400, "no meaning"),
    "Observations?$filter=parameters eq 1": (400, "parameters/sequence"),
    "Observations?$filter=parameters/nope eq 1": (400, "parameters/sequence"),
    "Observations?$skiptoken='x'": (400, "as it is"),
    "Observations?$filter=id gt 'x'": (501, "eq and ne"),
    "Things/Datastreams": (404, "by its id"),
    "Things(1)/Nope": (404, "Thing has no"),
    "Nope": (404, "Things"),
    "Things('x')": (404, "no such Thing"),
    "Observations(1)": (404, "no such Observation"),
    "Datastreams(1)/Thing(1)": (404, "takes no id"),
    "Observations('x'": (404, "not a part"),
}


async def test_what_cannot_be_answered_is_refused_with_a_reason(
    client: httpx.AsyncClient,
) -> None:
    for path, (status, part) in REFUSED.items():
        answer = await client.get(f"{ROOT}/{path}")
        assert (answer.status_code, path) == (status, path), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert part in answer.json()["detail"], path


async def test_unknown_names_in_an_expansion_are_refused_even_where_nothing_is_expanded(
    sta: Get,
) -> None:
    await sta("Things", filter="false", expand="Datastreams($select=nope)", status=400)


async def test_limits_are_kept(sta: Get) -> None:
    await sta("Things", filter="not " * 100 + "true", status=400)
    await sta("Things", filter="(" * 100 + "true" + ")" * 100, status=400)
    await sta("Things", filter=" and ".join(["true"] * 300), status=400)
    await sta("Things", expand="/".join(["Datastreams", "Thing"] * 4), status=400)
    await sta("Things", expand=",".join(f"Datastreams($top={n})" for n in range(50)), status=400)
    await sta("Things(1)" + "/Datastreams(1)/Thing" * 8, status=400)
    await sta("Things", filter=f"name eq '{'x' * 20000}'", status=414)
