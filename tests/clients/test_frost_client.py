"""FROST's Python client reads what we publish."""

from typing import Any

import pytest

from tests.clients.conftest import OBSERVATIONS
from tests.journey.running import Up

pytestmark = [
    pytest.mark.clients,
    pytest.mark.xdist_group("FROST's client"),  # one platform for all
    # The client is not ours to mend.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def service(platform: Up) -> Any:
    import frost_sta_client as frost

    return frost.SensorThingsService(platform.facts["api"] + "/sensorthings/v1.1")


SETS = (
    "things", "locations", "historical_locations", "datastreams", "sensors",
    "observed_properties", "observations", "features_of_interest",
)  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_every_set_is_read_as_entities(service: Any, name: str) -> None:
    entities = getattr(service, name)().query().top(5).list()

    assert [entity.id for entity in entities]


def test_next_links_bring_every_observation_once(service: Any) -> None:
    (stream,) = service.datastreams().query().filter("properties/name eq 'car'").list().entities

    observations = list(stream.get_observations().query().top(40).list())

    assert sorted(one.result for one in observations) == list(range(OBSERVATIONS))


def test_expanded_entities_are_there(service: Any) -> None:
    found = (
        service.datastreams()
        .query()
        .filter("properties/name eq 'car'")
        .expand("Thing($expand=Locations),ObservedProperty")
        .list()
        .entities[0]
    )

    assert found.thing.name == "Zilverbrug"
    assert found.observed_property.name == "Aantal auto's"
