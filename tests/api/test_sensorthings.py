"""SensorThings over a real database: collections, entities, relations, options."""

import pytest

from .conftest import BASE, ROOT, Get

pytestmark = pytest.mark.embedded


async def test_root_lists_exactly_the_eight_sets(sta: Get) -> None:
    root = await sta("")

    assert [one["name"] for one in root["value"]] == [
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors",
        "ObservedProperties", "Observations", "FeaturesOfInterest",
    ]  # fmt: skip
    assert all(one["url"] == f"{BASE}{ROOT}/{one['name']}" for one in root["value"])
