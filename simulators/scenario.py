"""What is simulated, as YAML: `simulators/scenarios/*.yaml`, or a file of one's own."""

from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from schemas.cities.pack_parts import Name
from schemas.errors import Misconfigured
from simulators.city_plan import CityPlan
from simulators.device_type import DeviceType
from simulators.fault_plan import Faults
from simulators.part import Part, read_part

EXAMPLES: Final = Path(__file__).parent / "scenarios"
CITIES: Final = Path(__file__).parent / "cities"


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
        longest_pause_seconds: devices speak at least so often, but for those that count a period.
        faults: what goes wrong.
        cities: what there is: a name of `simulators/cities/`, or a city itself.
        load: instead of cities.
    """

    title: str
    longest_pause_seconds: float | None = Field(None, gt=0)
    faults: Faults = Faults()
    cities: tuple[CityPlan, ...] = ()
    load: Load | None = None

    @field_validator("cities", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        cities = value if isinstance(value, list | tuple) else []
        return [load_city(one) if isinstance(one, str) else one for one in cities] or value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.cities) == bool(self.load):
            raise ValueError("a scenario has cities, or load, and not both")
        devices = {device.name for plan in self.cities for device in plan.devices}
        unknown = sorted({fault.device for fault in self.faults.devices} - devices)
        if unknown:
            raise ValueError(f"faults.devices: there is no device {', '.join(unknown)}")
        return self

    @property
    def slugs(self) -> tuple[str, ...]:
        """The cities in which it publishes."""
        return self.load.cities if self.load else tuple(plan.city for plan in self.cities)

    def period_of(self, of_type: DeviceType) -> float:
        """Return the seconds between two messages of a type of device."""
        longest = self.longest_pause_seconds
        if longest is None or of_type.counts_period:
            return of_type.seconds
        return min(of_type.seconds, longest)


@cache
def load_city(slug: str) -> CityPlan:
    """Read a city that comes along.

    Raises:
        ValueError: there is none of this name.
        Misconfigured: it is wrong.
    """
    file = CITIES / f"{slug}.yaml"
    if not file.exists():
        known = ", ".join(sorted(one.stem for one in CITIES.glob("*.yaml")))
        raise ValueError(f"no city {slug!r} comes along; there are {known}")
    return read_part(CityPlan, file)


def load_scenario(wanted: str | Path) -> Scenario:
    """Read a scenario: the name of one that comes along (`demo`), or a file.

    Raises:
        Misconfigured: there is none, or it is wrong; names the file and the field.
    """
    file = EXAMPLES / f"{wanted}.yaml" if (EXAMPLES / f"{wanted}.yaml").exists() else Path(wanted)
    try:
        return read_part(Scenario, file)
    except OSError as missing:
        known = ", ".join(sorted(one.stem for one in EXAMPLES.glob("*.yaml")))
        raise Misconfigured(
            f"scenario {str(wanted)!r} is neither a file that can be read nor one of: {known}"
        ) from missing
