"""A simulated city as data: its places, and the devices that stand there."""

from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from schemas.cities.pack_parts import Name
from simulators.appliance import Habit
from simulators.building import Use
from simulators.doorway import Attraction
from simulators.part import Part

Position = tuple[float, float]
Positive = Annotated[float, Field(gt=0)]
WEATHER = "weather"
"""The place that is everywhere."""


class PlacePlan(Part):
    """Base of the places; `name` is a slug by which devices are put there."""

    name: Name


class StreetPlan(PlacePlan):
    """A street; vehicles on a working day, both directions together."""

    kind: Literal["street"]
    vehicles_per_day: Positive


class BuildingPlan(PlacePlan):
    """A building with a digital meter; see `building.Building`."""

    kind: Literal["building"]
    use: Use
    base_kilowatt: float = Field(ge=0)
    peak_kilowatt: float = Field(ge=0)
    solar_kilowatt: float = Field(0.0, ge=0)


class CarParkPlan(PlacePlan):
    """A car park, and how many cars it takes."""

    kind: Literal["car-park"]
    spaces: int = Field(ge=1)


class BayPlan(PlacePlan):
    """A single parking space at the kerb."""

    kind: Literal["bay"]


class DoorwayPlan(PlacePlan):
    """A door or a passage where people are counted."""

    kind: Literal["doorway"]
    attraction: Attraction
    visitors_per_day: Positive


class RoomPlan(PlacePlan):
    """A room of a building; fresh air in cubic metres an hour."""

    kind: Literal["room"]
    use: Use
    seats: int = Field(ge=1)
    fresh_air: Positive


class WaterPlan(PlacePlan):
    """A river or brook; metres of depth, and of rise after ten millimetres of rain."""

    kind: Literal["water"]
    depth: Positive
    response: float = Field(ge=0)


class ContainerPlan(PlacePlan):
    """An underground container; metres from the sensor to its floor."""

    kind: Literal["container"]
    depth: Positive
    litres_per_day: Positive


class HeatingPlan(PlacePlan):
    """A building on a heat network; kilowatt for each degree that is missing outside."""

    kind: Literal["heating"]
    kilowatt_per_degree: Positive
    base_kilowatt: float = Field(ge=0)


class TapWaterPlan(PlacePlan):
    """A building on the water mains; litres an hour in full use."""

    kind: Literal["tap-water"]
    use: Use
    litres_per_hour: Positive


class AppliancePlan(PlacePlan):
    """Something that takes electricity."""

    kind: Literal["appliance"]
    habit: Habit
    full_kilowatt: Positive


AnyPlacePlan: TypeAlias = Annotated[
    StreetPlan
    | BuildingPlan
    | CarParkPlan
    | BayPlan
    | DoorwayPlan
    | RoomPlan
    | WaterPlan
    | ContainerPlan
    | HeatingPlan
    | TapWaterPlan
    | AppliancePlan,
    Field(discriminator="kind"),
]


class DevicePlan(Part):
    """A device.

    Attributes:
        type: of `simulators/devices/`.
        name: of its thing; of a LoRaWAN device at ChirpStack, its EUI.
        at: the place where it is.
        title: what it calls itself, where its messages do so.
        serial: its number.
        position: longitude and latitude, where the network was told them.
    """

    type: str
    name: Name
    at: Name = WEATHER
    title: str = ""
    serial: int = Field(0, ge=0)
    position: Position | None = None


class Network(Part):
    """The LoRaWAN network of a city, and the application in it."""

    server: Literal["the-things-stack", "chirpstack"]
    application: str = Field(min_length=1)


class EventPlan(Part):
    """A weekly event that brings people; see `events.Event`. `weekday` 0 is Monday."""

    name: Name
    weekday: int = Field(ge=0, le=6)
    begin: float = Field(ge=0, le=24)
    end: float = Field(ge=0, le=24)
    crowd: Positive


class CityPlan(Part):
    """A simulated city.

    Attributes:
        city: slug of its pack.
        position: of its middle, longitude and latitude in degrees.
        time_zone: whose clock people live by.
        lorawan: its network, if it has one.
        events: that bring people.
        places: where things happen.
        devices: that tell of them.
    """

    city: Name
    position: Position
    time_zone: str = "Europe/Brussels"
    lorawan: Network | None = None
    events: tuple[EventPlan, ...] = ()
    places: tuple[AnyPlacePlan, ...] = ()
    devices: tuple[DevicePlan, ...] = ()

    @model_validator(mode="after")
    def _placed(self) -> Self:
        names = [WEATHER, *(place.name for place in self.places)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two places are called {', '.join(twice)}")
        for device in self.devices:
            if device.at not in names:
                raise ValueError(f"{device.name}: there is no place `{device.at}`")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the city."""
        return ZoneInfo(self.time_zone)
