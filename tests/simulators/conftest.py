"""A simulated street and building in Flanders, and times to look at them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from simulators.building import Building
from simulators.street import Street
from simulators.sun import Place
from simulators.weather import Weather

BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY = datetime(2026, 3, 10, tzinfo=UTC).timestamp()
SUNDAY = datetime(2026, 3, 15, tzinfo=UTC).timestamp()


@pytest.fixture
def weather() -> Weather:
    return Weather(7, Place(3.6, 51.0))


@pytest.fixture
def street(weather: Weather) -> Street:
    return Street(seed=7, name="laan", vehicles_per_day=9000, zone=BRUSSELS, weather=weather)


@pytest.fixture
def building(weather: Weather) -> Building:
    return Building(
        seed=7,
        name="stadhuis",
        use="office",
        base_kilowatt=8,
        peak_kilowatt=40,
        solar_kilowatt=60,
        zone=BRUSSELS,
        weather=weather,
    )


@pytest.fixture
def tuesday() -> float:
    """Return the first second of a working day (UTC)."""
    return TUESDAY


@pytest.fixture
def sunday() -> float:
    """Return the first second of a Sunday (UTC)."""
    return SUNDAY
