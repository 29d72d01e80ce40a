"""The AsyncAPI document satisfies AsyncAPI's own schema."""

import json

import jsonschema
import pytest

from api.live.asyncapi import document
from tests.clients.npm_programs import FOLDER

SCHEMA = FOLDER / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"


@pytest.mark.clients
@pytest.mark.parametrize(
    ("base", "broker"),
    [
        ("http://127.0.0.1:8080", ""),
        ("https://data.example/stad", "mqtts://data.example:8883"),
    ],
)
def test_document_is_valid_after_the_schema_of_asyncapi(base: str, broker: str) -> None:
    if not SCHEMA.exists():
        pytest.skip("not installed: @asyncapi/specs (make clients)")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    jsonschema.Draft7Validator(schema).validate(document(base, broker))
