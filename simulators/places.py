"""The places of a city, made of their plans: what can be measured there."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from simulators.appliance import Appliance
from simulators.building import Building
from simulators.car_park import Bay, CarPark
from simulators.city_plan import WEATHER, CityPlan, PlacePlan
from simulators.container import Container
from simulators.doorway import Doorway
from simulators.events import Event, Events
from simulators.room import Room
from simulators.street import Street
from simulators.sun import Place
from simulators.supplies import Heating, TapWater
from simulators.waters import Water
from simulators.weather import Weather

MODELS: Final[Mapping[str, type]] = {
    "street": Street,
    "building": Building,
    "car-park": CarPark,
    "bay": Bay,
    "doorway": Doorway,
    "room": Room,
    "water": Water,
    "container": Container,
    "heating": Heating,
    "tap-water": TapWater,
    "appliance": Appliance,
}
"""The model of each kind of place: what can be measured there are its public methods."""


def places_of(plan: CityPlan, *, seed: int) -> Mapping[str, Any]:
    """Return all places of a city by name, the weather among them; pure."""
    weather = Weather(seed, Place(*plan.position))
    events = (Event(one.weekday, one.begin, one.end, one.crowd) for one in plan.events)
    around = {
        "seed": seed,
        "zone": plan.zone,
        "weather": weather,
        "events": Events(plan.zone, tuple(events)),
    }
    places = {
        wanted.name: _place(wanted, {**around, "name": f"{plan.city}/{wanted.name}"})
        for wanted in plan.places
    }
    return {WEATHER: weather, **places}


def _place(plan: PlacePlan, around: Mapping[str, Any]) -> Any:
    details = plan.model_dump()
    model = MODELS[details.pop("kind")]
    known = {**details, **around}
    return model(**{field.name: known[field.name] for field in fields(model)})
