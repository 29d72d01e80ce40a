"""The city is plausible, and the same for the same seed."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.building import Building
from simulators.chance import gaussian, stream, uniform, wander
from simulators.local_time import local_time
from simulators.register import INSTALLED
from simulators.street import Street
from simulators.sun import Place, elevation
from simulators.weather import Weather

HOUR = 3600


def test_chance_is_even_and_repeats() -> None:
    numbers = uniform(stream(1, "a"), np.arange(20_000))

    assert numbers.mean() == pytest.approx(0.5, abs=0.01)
    assert (numbers == uniform(stream(1, "a"), np.arange(20_000))).all()
    assert (numbers != uniform(stream(2, "a"), np.arange(20_000))).any()
    assert gaussian(stream(1, "a"), np.arange(20_000)).std() == pytest.approx(1, abs=0.02)


def test_wandering_has_no_jumps() -> None:
    places = np.arange(0, 50, 0.01)
    steps = np.abs(np.diff(wander(stream(1, "w"), places)))

    assert steps.max() < 0.02


def test_sun_stands_where_almanacs_say() -> None:
    solstice = datetime(2026, 6, 21, 11, 48, tzinfo=UTC).timestamp()
    place = Place(3.6, 51.0)

    assert float(elevation(solstice, place)) == pytest.approx(90 - 51 + 23.44, abs=0.3)
    assert float(elevation(solstice + 12 * HOUR, place)) < -14


def test_local_hours_follow_the_clock_change() -> None:
    zone = ZoneInfo("Europe/Brussels")
    instants = [datetime(2026, 3, 29, hour, 30, tzinfo=UTC).timestamp() for hour in (0, 1, 2)]

    assert local_time(instants, zone).hour.tolist() == [1.5, 3.5, 4.5]
    assert local_time(instants, zone).weekend.all()


def test_a_working_day_has_its_rush_hours_and_its_total(street: Street, tuesday: float) -> None:
    hours = tuesday + HOUR * np.arange(24)
    counts = [street.passages(hour, way) for hour in hours for way in (0, 1)]
    vehicles = np.array([one.car + one.heavy for one in counts]).reshape(24, 2)

    assert vehicles.sum() == pytest.approx(9000, rel=0.25)
    assert vehicles[16].sum() > 5 * vehicles[2].sum()
    assert vehicles[7, 0] > vehicles[7, 1]
    assert vehicles[16, 1] > vehicles[16, 0]


def test_a_sunday_morning_is_quieter_than_a_working_one(
    street: Street, tuesday: float, sunday: float
) -> None:
    assert float(street.intensity(sunday + 7 * HOUR)) < 0.5 * float(
        street.intensity(tuesday + 7 * HOUR)
    )


def test_a_camera_counts_by_daylight_only(street: Street, tuesday: float) -> None:
    assert street.seen_share(tuesday) == 0
    assert street.seen_share(tuesday + 11 * HOUR) == pytest.approx(0.8, abs=0.05)


def test_air_is_worse_in_a_busier_street(street: Street, tuesday: float) -> None:
    busier, morning = replace(street, vehicles_per_day=20_000), tuesday + 7 * HOUR

    for quantity in ("fine_dust", "dust", "nitrogen_dioxide", "sound"):
        assert getattr(busier, quantity)(morning) > getattr(street, quantity)(morning)


def test_weather_stays_within_what_flanders_knows(weather: Weather, tuesday: float) -> None:
    year = tuesday + HOUR * np.arange(24 * 365)
    temperature = weather.temperature(year)

    assert -15 < temperature.min() < 2
    assert 22 < temperature.max() < 40
    assert 970 < weather.pressure(year).min() < weather.pressure(year).max() < 1050
    assert weather.humidity(year).max() <= 100
    assert temperature[np.cos(2 * np.pi * (year / HOUR / 24 / 365.25)) < 0].mean() > 8


def test_registers_never_go_back_and_hold_the_energy_of_the_power(
    building: Building, tuesday: float
) -> None:
    times = tuesday + 60.0 * np.arange(24 * 60 + 1)
    registers = np.array([building.registers(float(time)) for time in times])
    power = np.array([building.power(float(time)) for time in times])
    net = registers[:, :2].sum(axis=1) - registers[:, 2:].sum(axis=1)
    integral = ((power[:-1] + power[1:]) / 2 / 60).sum()

    assert (np.diff(registers, axis=0) >= 0).all()
    assert net[-1] - net[0] == pytest.approx(integral, rel=1e-6)


def test_panels_feed_the_grid_on_a_summer_sunday(building: Building) -> None:
    noon = datetime(2026, 6, 21, 11, tzinfo=UTC).timestamp()
    begin, end = building.registers(noon), building.registers(noon + HOUR)

    assert building.power(noon) < 0
    assert end.export_night > begin.export_night
    assert end.import_day == begin.import_day


def test_registers_begin_at_nothing(building: Building) -> None:
    assert sum(building.registers(INSTALLED)) == 0
    assert sum(building.registers(INSTALLED + 60)) > 0


def test_the_same_seed_makes_the_same_city(street: Street, tuesday: float) -> None:
    again, other = replace(street), replace(street, seed=8)

    assert again.passages(tuesday, 0) == street.passages(tuesday, 0)
    assert other.passages(tuesday, 0) != street.passages(tuesday, 0)


def test_the_month_begins_without_a_peak_and_the_peak_is_never_ahead(building: Building) -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    later = first + 20 * 24 * HOUR + 100
    when, peak = building.month_peak(later)

    assert building.month_peak(first + 60) == (first, 0.0)
    assert first < when <= later
    assert peak > building.power(later)
