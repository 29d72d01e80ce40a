"""What is said of what goes out by itself is what goes out."""

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import jsonschema
import pytest
from websockets.asyncio.client import connect

from api.live.asyncapi import channels, document
from api.live.events import event_of
from api.live.filters import PARAMETERS
from api.settings import ApiSettings
from api.webhooks.courier import body_of
from api.webhooks.mqtt.messages import POSITION_TOPIC, topic_of
from schemas.publication import PublishedObservation
from tests.api.conftest import publish, served
from tests.api.test_live import FACTS

TIME = datetime(2026, 5, 1, tzinfo=UTC)
BASE, BROKER = "https://data.example/stad", "mqtts://broker.example:8883"
DOCUMENT = document(BASE, BROKER)
EVENT = event_of(
    PublishedObservation(7, TIME, 1, TIME, TIME, TIME, {"a": 1}, ("rate.steep",), "corrected"),
    FACTS,
)


def resolved(node: Any) -> Any:
    """Return a part of the document with what it refers to written where it stands."""
    if isinstance(node, dict):
        if "$ref" in node:
            place: Any = DOCUMENT
            for name in node["$ref"].removeprefix("#/").split("/"):
                place = place[name]
            return resolved(place)
        return {name: resolved(part) for name, part in node.items()}
    return [resolved(one) for one in node] if isinstance(node, list) else node


def check(message: str, content: Any) -> None:
    """Insist that a message is as it is described."""
    payload = resolved(DOCUMENT["components"]["messages"][message]["payload"])
    jsonschema.Draft202012Validator(payload).validate(content)


def test_every_reference_leads_somewhere_and_every_channel_is_told() -> None:
    whole = resolved(DOCUMENT)

    assert {name: (one["protocol"], one["host"]) for name, one in whole["servers"].items()} == {
        "http": ("https", "data.example"),
        "websocket": ("wss", "data.example"),
        "mqtt": ("secure-mqtt", "broker.example:8883"),
    }
    assert set(whole["channels"]["socket"]["bindings"]["ws"]["query"]["properties"]) == set(
        PARAMETERS
    )
    told = channels(BASE, BROKER)
    assert len(told) == len(DOCUMENT["channels"])
    assert all(one["messages"] and one["description"] for one in told)


def test_nothing_is_said_of_mqtt_where_nobody_reads_by_it() -> None:
    without = document(BASE, "")

    assert document(BASE, BROKER)["servers"]["mqtt"]["host"] == "broker.example:8883"
    assert "mqtt" not in json.dumps(without).lower()
    assert set(without["operations"]) == {"sendEvents", "sendMessages", "callWebhook"}
    assert "MQTT" not in {one["title"] for one in channels(BASE, "")}


def test_observation_webhook_and_topics_are_as_described() -> None:
    check("observation", json.loads(EVENT.json))
    check("published", json.loads(body_of([EVENT], 7)))
    address = DOCUMENT["channels"]["datastream"]["address"]

    assert topic_of(FACTS) == address.format(city="a", theme="t", datastream=1)
    assert DOCUMENT["channels"]["position"]["address"] == POSITION_TOPIC


@pytest.mark.embedded
async def test_running_interfaces_say_what_the_document_says(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await publish(owner, (1, TIME, 1.0), (5, TIME, 2.0))
    async with served(settings) as address, httpx.AsyncClient(base_url=address) as http:
        given = (await http.get("/asyncapi.json")).json()
        page = (await http.get("/docs")).text
        events: list[Any] = []
        path = f"{given['channels']['events']['address']}?lastEventId=1000"
        async with http.stream("GET", path) as stream:
            lines = stream.aiter_lines()
            while len(events) < 2:
                line = await anext(lines)
                events += [json.loads(line[6:])] if line.startswith("data: ") else []
        socket = address.replace("http", "ws", 1) + given["channels"]["socket"]["address"]
        async with connect(f"{socket}?lastEventId=1000") as client:
            messages = [json.loads(await client.recv()) for _ in range(2)]
        async with connect(f"{socket}?lastEventId=9999") as client:
            end = json.loads(await client.recv())

    assert given == document(settings.base_iri, settings.mqtt_url)
    assert "/asyncapi.json" in page
    assert "/live/ws" in page
    for event in events:
        check("observation", event)
    for content, name in zip(messages, ("alive", "observations"), strict=True):
        check(name, content)
    check("end", end)
