"""The generated documents."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas import contracts


@pytest.mark.parametrize("name", contracts.documents())
def test_generated_document_is_current(name: str) -> None:
    """Run `python -m schemas.contracts` and commit what it writes."""
    expected = contracts.text(contracts.documents()[name])

    assert (contracts.FOLDER / name).read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("name", [one for one in contracts.documents() if "schema" in one])
def test_schema_is_a_schema_that_tells_every_field(name: str) -> None:
    schema: dict[str, Any] = contracts.documents()[name]

    Draft202012Validator.check_schema(schema)
    for field in schema["properties"].values():
        assert field["description"]


def test_references_in_asyncapi_lead_somewhere() -> None:
    document = contracts.asyncapi()

    for reference in _references(document):
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def _references(document: dict[str, Any]) -> list[str]:
    found: list[str] = []
    json.loads(
        json.dumps(document),
        object_hook=lambda node: found.append(node["$ref"]) if "$ref" in node else node,
    )
    return found
