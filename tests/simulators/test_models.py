"""The city is plausible, and the same for the same seed."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.appliance import Appliance
from simulators.building import Building
from simulators.car_park import CarPark
from simulators.chance import gaussian, stream, uniform, wander
from simulators.container import Container
from simulators.doorway import Doorway
from simulators.events import Event, Events
from simulators.local_time import local_time
from simulators.register import INSTALLED, Register
from simulators.room import Room
from simulators.street import Street
from simulators.sun import Place, elevation
from simulators.supplies import Heating
from simulators.waters import Water
from simulators.weather import Weather

HOUR = 3600
BRUSSELS = ZoneInfo("Europe/Brussels")


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


def test_it_rains_as_much_as_in_flanders_and_only_from_clouds(
    weather: Weather, tuesday: float
) -> None:
    year = tuesday + HOUR * np.arange(24 * 365)
    rain = weather.rain(year)

    assert 500 < rain.sum() < 1300
    assert weather.cloud(year)[rain > 0].min() > 0.7
    assert weather.rain_total(tuesday + 1) <= weather.rain_total(tuesday + HOUR)


def test_the_sun_and_the_vapour_follow_the_sky(weather: Weather, tuesday: float) -> None:
    day = tuesday + HOUR * np.arange(24)

    assert weather.irradiance(day)[[0, 23]].max() == 0
    assert 50 < weather.irradiance(day).max() < 1000
    assert (weather.vapour_pressure(day) <= weather.full_vapour_pressure(40.0)).all()
    assert (weather.gust(day) > weather.wind(day)).all()
    assert ((weather.wind_direction(day) >= 0) & (weather.wind_direction(day) < 360)).all()


def test_a_register_is_the_integral_of_its_rate_at_every_instant() -> None:
    register = Register(lambda seconds: 2 + np.sin(seconds / 5000))
    times = INSTALLED + 40 * np.arange(50_000)
    shown = np.array([register.at(float(time)) for time in times[:: len(times) // 500]])
    rates = 2 + np.sin(times / 5000)

    assert (np.diff(shown) > 0).all()
    assert register.at(INSTALLED) == 0
    assert register.at(float(times[-1])) == pytest.approx(
        ((rates[:-1] + rates[1:]) / 2).sum() * 40 / HOUR, rel=1e-3
    )


def test_the_market_fills_the_car_park_and_the_square(weather: Weather, tuesday: float) -> None:
    market = Events(BRUSSELS, (Event(3, 8, 13, 1.0),))
    thursday, wednesday = tuesday + (48 + 10) * HOUR, tuesday + (24 + 10) * HOUR
    parks = [CarPark(7, "p", 200, events) for events in (market, Events(BRUSSELS))]
    squares = [
        Doorway(7, "d", "square", 5000, events, weather) for events in (market, Events(BRUSSELS))
    ]

    assert parks[0].taken(thursday) > parks[1].taken(thursday)
    assert parks[0].taken(wednesday) == parks[1].taken(wednesday)
    busy, quiet = (
        one.entries_total(thursday) - one.entries_total(thursday - HOUR) for one in squares
    )
    assert busy > 1.5 * quiet


def test_who_came_in_goes_out_again(weather: Weather, tuesday: float) -> None:
    door = Doorway(7, "d", "library", 600, Events(BRUSSELS), weather)
    closed, busy = tuesday + 2 * HOUR, tuesday + 15 * HOUR

    assert door.present(closed) == 0
    assert door.present(busy) > 5
    assert door.entries_total(closed + 24 * HOUR) - door.entries_total(closed) == pytest.approx(
        600, rel=0.5
    )


def test_air_gets_stale_in_a_full_room_and_fresh_at_night(
    weather: Weather, tuesday: float
) -> None:
    room = Room(7, "r", "school", 24, 400, BRUSSELS, weather)
    night, day = tuesday + 2 * HOUR, tuesday + 10 * HOUR

    assert 400 < room.co2(night) < 500
    assert 700 < room.co2(day) < 2500
    assert room.indoor_temperature(day) > room.indoor_temperature(night)
    assert room.light(day) > room.light(night) == 0


def test_the_river_rises_after_rain(weather: Weather, tuesday: float) -> None:
    hours = tuesday + HOUR * np.arange(24 * 60)
    river = Water(7, "w", 2.0, 0.5, weather)
    levels = np.array([river.level(float(hour)) for hour in hours])
    fallen = np.convolve(weather.rain(hours), np.ones(12))[: len(hours)]

    assert levels.min() >= 2.0
    assert levels[fallen > 8].mean() > levels[fallen == 0].mean() + 0.05


def test_a_container_fills_and_is_emptied(tuesday: float) -> None:
    container = Container(7, "c", 1.8, 320, BRUSSELS)
    before, after = (container.distance(tuesday + hours * HOUR) for hours in (5, 7))
    days = [container.distance(tuesday + hours * HOUR) for hours in range(7, 72)]

    assert before < after == pytest.approx(1.8, abs=0.05)
    assert days == sorted(days, reverse=True)


def test_lamps_burn_at_night_and_heating_follows_the_cold(
    weather: Weather, tuesday: float
) -> None:
    lamps = Appliance(7, "l", "lamps", 4.0, BRUSSELS, weather)
    heating = Heating(7, "h", 10.0, 5.0, weather)
    july = tuesday + 130 * 24 * HOUR
    spent = [heating.heat_total(at + 24 * HOUR) - heating.heat_total(at) for at in (tuesday, july)]

    assert lamps.kilowatt(tuesday + 20 * HOUR) == pytest.approx(4.0)
    assert lamps.kilowatt(tuesday + 12 * HOUR) < 0.1
    assert not lamps.is_on(tuesday + 12 * HOUR)
    assert spent[0] > 1.5 * spent[1] > 0


def test_counts_of_a_street_are_differences_of_its_registers(
    street: Street, tuesday: float
) -> None:
    day = street.cars_total(tuesday + 24 * HOUR) - street.cars_total(tuesday)
    cyclists = street.cyclists_total(tuesday + 24 * HOUR) - street.cyclists_total(tuesday)

    assert day == pytest.approx(0.79 * 9000, rel=0.3)
    assert 50 < cyclists < 3000
    assert street.ozone(tuesday + 3 * HOUR) >= 3
