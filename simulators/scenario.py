"""What is simulated, as YAML: `simulators/scenarios/*.yaml`, or a file of one's own."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from schemas.errors import Misconfigured
from schemas.pack_parts import Name
from simulators.building import Kind
from simulators.malformed import KINDS

EXAMPLES: Final = Path(__file__).parent / "scenarios"

Rate = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0)]
Position = tuple[float, float]


class Part(BaseModel):
    """Base of the parts of a scenario: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Delay(Part):
    """A fault that holds messages back.

    Attributes:
        rate: share of the messages.
        seconds: for how long, on the simulated clock.
    """

    rate: Rate = 0.0
    seconds: Seconds = 600.0


class Duplicate(Part):
    """The same message twice, as two messages, for this share of them."""

    rate: Rate = 0.0


class OutOfOrder(Part):
    """A message that comes after the device's next one, for this share of them."""

    rate: Rate = 0.0


class Malformed(Part):
    """Payloads that are broken, for this share of the messages, in these ways."""

    rate: Rate = 0.0
    kinds: tuple[str, ...] = tuple(KINDS)

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [kind for kind in value if kind not in KINDS]
        if unknown or not value:
            raise ValueError(f"kinds are {', '.join(KINDS)}; not {unknown}")
        return value


class Silence(Part):
    """A device that says nothing for a while.

    Attributes:
        rate: share of the time that a device is silent.
        seconds: length of one silence, on the simulated clock.
    """

    rate: Rate = 0.0
    seconds: Seconds = 900.0


class Faults(Part):
    """What goes wrong, each for itself; a message has one fault at most, in this order."""

    silence: Silence = Silence()
    malformed: Malformed = Malformed()
    late: Delay = Delay()
    out_of_order: OutOfOrder = OutOfOrder()
    duplicate: Duplicate = Duplicate()


class Cadence(Part):
    """How often devices speak, in seconds of the simulated clock."""

    airrohr_seconds: Seconds = 145.0
    p1_seconds: Seconds = 10.0
    things_stack_seconds: Seconds = 600.0


class StreetPlan(Part):
    """A street and the sensors in it.

    Attributes:
        name: slug of the street.
        vehicles_per_day: on a working day.
        position: longitude and latitude in degrees.
        telraam: number of the segment that a Telraam counts, if any.
        airrohr: number of the chip of a sensor.community station, if any.
        lorawan: device id of a LoRaWAN sensor, if any.
    """

    name: Name
    vehicles_per_day: float = Field(gt=0)
    position: Position
    telraam: int | None = None
    airrohr: int | None = None
    lorawan: Name | None = None


class BuildingPlan(Part):
    """A building with a digital meter.

    Attributes:
        name: slug, which is also the name of the meter's thing.
        kind: how it is used.
        serial: number of the meter.
        base_kilowatt: what it always takes.
        peak_kilowatt: what use adds at most.
        solar_kilowatt: peak power of its panels.
    """

    name: Name
    kind: Kind
    serial: int = Field(ge=0, le=999_999_999)
    base_kilowatt: float = Field(ge=0)
    peak_kilowatt: float = Field(ge=0)
    solar_kilowatt: float = Field(0.0, ge=0)


class CityPlan(Part):
    """A simulated city.

    Attributes:
        city: slug of its pack.
        position: of its middle, longitude and latitude in degrees.
        time_zone: whose clock people live by.
        application: id of its LoRaWAN application at The Things Stack.
        streets: with their sensors.
        buildings: with their meters.
    """

    city: Name
    position: Position
    time_zone: str = "Europe/Brussels"
    application: str = ""
    streets: tuple[StreetPlan, ...] = ()
    buildings: tuple[BuildingPlan, ...] = ()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.application and any(street.lorawan for street in self.streets):
            raise ValueError("a street has a LoRaWAN sensor: name the city's application")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the city."""
        return ZoneInfo(self.time_zone)


class Load(Part):
    """A constant rate of small readings, as fast as asked for.

    Attributes:
        messages_per_second: of all cities and processes together.
        things: over which they are spread, of each city.
        cities: slugs.
        dialect: which device speaks: Telraam's hours have a time of their own, airRohr has none.
        processes: that publish, each with a connection of its own for each city.
    """

    messages_per_second: float = Field(gt=0)
    things: int = Field(ge=1)
    cities: tuple[Name, ...] = Field(min_length=1)
    dialect: Literal["telraam", "airrohr"] = "telraam"
    processes: int = Field(1, ge=1, le=64)


class Scenario(Part):
    """A scenario: cities with their devices and faults, or load.

    Attributes:
        title: one line for people.
        history_hours: Telraam's hours before the start, which are sent at once, as a counter does
            that was not connected for a while.
        cadence: how often the others speak.
        faults: what goes wrong.
        cities: what there is.
        load: instead of cities.
    """

    title: str
    history_hours: int = Field(24, ge=1, le=24 * 31)
    cadence: Cadence = Cadence()
    faults: Faults = Faults()
    cities: tuple[CityPlan, ...] = ()
    load: Load | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.cities) == bool(self.load):
            raise ValueError("a scenario has cities, or load, and not both")
        return self

    @property
    def slugs(self) -> tuple[str, ...]:
        """The cities in which it publishes."""
        return self.load.cities if self.load else tuple(plan.city for plan in self.cities)


def load_scenario(wanted: str | Path) -> Scenario:
    """Read a scenario: the name of one that comes along (`demo`), or a file.

    Raises:
        Misconfigured: there is none, or it is wrong; names the file and the field.
    """
    file = EXAMPLES / f"{wanted}.yaml" if (EXAMPLES / f"{wanted}.yaml").exists() else Path(wanted)
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Scenario.model_validate(content)
    except OSError as missing:
        known = ", ".join(sorted(one.stem for one in EXAMPLES.glob("*.yaml")))
        raise Misconfigured(
            f"scenario {str(wanted)!r} is neither a file that can be read nor one of: {known}"
        ) from missing
    except (yaml.YAMLError, UnicodeDecodeError) as malformed:
        raise Misconfigured(
            f"{file} is not YAML: {' '.join(str(malformed).split())}"
        ) from malformed
    except ValidationError as invalid:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'the whole'}: {error['msg']}"
            for error in invalid.errors()
        )
        raise Misconfigured(f"{file}: {problems}") from invalid
