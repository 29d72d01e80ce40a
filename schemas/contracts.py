"""The contracts of the Kafka topics, as documents for others: JSON Schemas and AsyncAPI 3.

`python -m schemas.contracts` writes them to `schemas/generated/`; a test checks that they are
current.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

import msgspec
from pydantic.alias_generators import to_camel

from schemas import wire

FOLDER: Final = Path(__file__).parent / "generated"

_SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"
_HEADERS: Final = {
    "wire": f"wire version, now {wire.WIRE_VERSION}",
    "city": "slug of the city",
    "source": "city/{city}/{vendor}/{model}/{thing}, or the topic that a city pack maps",
    "receivedTime": "when the gateway took the message, ISO 8601 in UTC",
    "channel": "the way in: mqtt or http",
    "contentType": "what an HTTP caller said, empty for MQTT",
    "qos": "MQTT quality of service: 0, 1 or 2",
    "dup": "1 when the broker said that it may have delivered this before",
    "retained": "1 when the broker kept this from an earlier time",
}
_KEY: Final = {"type": "string", "description": "{city}/{source}: keeps a source in order"}


def documents() -> dict[str, dict[str, Any]]:
    """Return every generated document by its file name."""
    return {
        "reading-headers.schema.json": reading_headers_schema(),
        "normalised-reading.schema.json": _schema(wire.NormalisedReading),
        "dead-letter.schema.json": _schema(wire.DeadLetter),
        "asyncapi.json": asyncapi(),
    }


def reading_headers_schema() -> dict[str, Any]:
    """Return the JSON Schema of the record headers of `city.readings`; all values are text."""
    return {
        "$schema": _SCHEMA,
        "title": "ReadingHeaders",
        "type": "object",
        "required": list(_HEADERS),
        "properties": {
            name: {"type": "string", "description": meaning} for name, meaning in _HEADERS.items()
        },
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3 document of the three topics."""
    channels = {
        wire.READINGS: ("Reading", "Vendor payloads as they came."),
        wire.OBSERVATIONS: ("NormalisedReading", "What each reading gave, in its partition."),
        wire.DEAD_LETTERS: ("DeadLetter", "What was rejected, with its reason."),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Stadspuls on Kafka",
            "version": wire.WIRE_VERSION,
            "description": "The records that the parts of the platform exchange.",
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "channels": {
            topic: {
                "address": topic,
                "description": meaning,
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            }
            for topic, (name, meaning) in channels.items()
        },
        "operations": _operations(),
        "components": {"messages": _messages()},
    }


def _operations() -> dict[str, Any]:
    flows = {
        "ingestReadings": ("send", wire.READINGS),
        "normaliseReadings": ("receive", wire.READINGS),
        "publishObservations": ("send", wire.OBSERVATIONS),
        "storeObservations": ("receive", wire.OBSERVATIONS),
        "rejectReadings": ("send", wire.DEAD_LETTERS),
        "keepDeadLetters": ("receive", wire.DEAD_LETTERS),
    }
    return {
        name: {"action": action, "channel": {"$ref": f"#/channels/{topic}"}}
        for name, (action, topic) in flows.items()
    }


def _messages() -> dict[str, Any]:
    bindings = {"kafka": {"key": _KEY}}
    return {
        "Reading": {
            "contentType": "application/octet-stream",
            "summary": "The payload as the device sent it, less the fields declared personal.",
            "headers": _bare(reading_headers_schema()),
            "payload": {"description": "bytes, as they came"},
            "bindings": bindings,
        },
        "NormalisedReading": _message(wire.NormalisedReading, bindings),
        "DeadLetter": _message(wire.DeadLetter, bindings),
    }


def _message(record: type[msgspec.Struct], bindings: dict[str, Any]) -> dict[str, Any]:
    summary = (record.__doc__ or "").splitlines()[0]
    return {"summary": summary, "payload": _bare(_inlined(record)), "bindings": bindings}


def _schema(record: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$schema": _SCHEMA, **_inlined(record)}


def _inlined(record: type[msgspec.Struct]) -> dict[str, Any]:
    """Return a record's schema with its parts written where they stand."""
    (schema,), parts = msgspec.json.schema_components([record], ref_template="{name}")
    whole: dict[str, Any] = _resolve(schema, parts)
    return whole


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Give each field its line of the docstring, and the record what stands before them."""
    summary, _, attributes = schema.get("description", "").partition("Attributes:")
    if not attributes:
        return schema
    meanings = dict(re.findall(r"^\s*(\w+): (.+(?:\n {12,}.+)*)$", attributes, re.MULTILINE))
    for name, meaning in meanings.items():
        schema["properties"][to_camel(name)]["description"] = " ".join(meaning.split())
    return {**schema, "description": " ".join(summary.split())}


def _resolve(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _resolve(parts[node["$ref"]], parts)
        return _described({key: _resolve(value, parts) for key, value in node.items()})
    if isinstance(node, list):
        return [_resolve(item, parts) for item in node]
    return node


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$schema"}


def text(document: dict[str, Any]) -> str:
    """Return a document as it is written."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every document."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents().items():
        (FOLDER / name).write_text(text(document), encoding="utf-8")


if __name__ == "__main__":
    main()
