"""The devices of simulated cities: streets and buildings, given a voice in a vendor's dialect."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from simulators.building import Building
from simulators.chance import gaussian, stream
from simulators.device import Device, phase
from simulators.dialects import decentlab
from simulators.dialects.airrohr import Station, push
from simulators.dialects.p1_telegram import Measured, telegram
from simulators.dialects.telraam import hour_record
from simulators.dialects.things_stack import EndDevice, uplink
from simulators.local_time import HOUR
from simulators.scenario import BuildingPlan, Cadence, CityPlan, Scenario, StreetPlan
from simulators.street import Street
from simulators.sun import Place
from simulators.weather import Weather

TELRAAM, AIRROHR, P1 = "telraam/v2", "sensor-community/airrohr", "dsmr/p1"
"""Profiles, as the topics below `city/` name them."""

_QUARTER = 900
_LAG_SECONDS = 60.0
"""Telraam's hour is ready at least so long after its end."""
_AIR_SECONDS = 2.0
"""From a LoRaWAN device's transmission until the network server hands it on."""


def devices_of(scenario: Scenario, *, seed: int) -> list[Device]:
    """Return all devices of a scenario's cities; pure."""
    return [device for plan in scenario.cities for device in _devices(plan, scenario, seed)]


def _devices(plan: CityPlan, scenario: Scenario, seed: int) -> Iterator[Device]:
    weather = Weather(seed, Place(*plan.position))
    for wanted in plan.streets:
        street = Street(
            seed=seed,
            name=f"{plan.city}/{wanted.name}",
            vehicles_per_day=wanted.vehicles_per_day,
            zone=plan.zone,
            weather=weather,
        )
        yield from _street_devices(plan, wanted, street, scenario)
    for building in plan.buildings:
        yield _meter(plan, building, weather, scenario.cadence, seed)


def _street_devices(
    plan: CityPlan, wanted: StreetPlan, street: Street, scenario: Scenario
) -> Iterator[Device]:
    if wanted.telraam is not None:
        yield _telraam(plan, wanted.name, wanted.telraam, street, scenario.history_hours)
    if wanted.airrohr is not None:
        yield _airrohr(plan, wanted.airrohr, street, scenario.cadence)
    if wanted.lorawan is not None:
        registered = EndDevice(
            plan.application, wanted.lorawan, *decentlab.MODEL, *wanted.position
        )
        yield _lorawan(plan, registered, street, scenario.cadence)


def _telraam(plan: CityPlan, name: str, segment: int, street: Street, history: int) -> Device:
    topic = f"city/{plan.city}/{TELRAAM}/{name}"
    return Device(
        city=plan.city,
        topic=topic,
        period_seconds=HOUR,
        phase_seconds=_LAG_SECONDS + phase(street.seed, topic, 2 * _LAG_SECONDS),
        history=history,
        say=partial(_telraam_hour, segment, street, plan.time_zone),
    )


def _telraam_hour(segment: int, street: Street, zone: str, seconds: float) -> bytes:
    hour_start = (seconds // HOUR - 1) * HOUR
    return hour_record(
        segment=segment,
        hour_start=hour_start,
        uptime=street.seen_share(hour_start),
        inbound=street.passages(hour_start, 0),
        outbound=street.passages(hour_start, 1),
        speeds=street.speeds(hour_start),
        zone=zone,
    )


def _airrohr(plan: CityPlan, chip: int, street: Street, cadence: Cadence) -> Device:
    topic = f"city/{plan.city}/{AIRROHR}/esp8266-{chip}"
    period = cadence.airrohr_seconds
    return Device(
        city=plan.city,
        topic=topic,
        period_seconds=period,
        phase_seconds=phase(street.seed, topic, period),
        say=partial(_airrohr_push, chip, street, period),
    )


def _airrohr_push(chip: int, street: Street, period: float, seconds: float) -> bytes:
    weather, chance = street.weather, stream(street.seed, "airrohr", chip)
    noise = [float(one) for one in gaussian(chance, int(seconds) * 8 + np.arange(7))]
    return push(
        Station(
            chip=chip,
            pm10=max(0.3, float(street.dust(seconds)) * (1 + 0.04 * noise[0])),
            pm2_5=max(0.2, float(street.fine_dust(seconds)) * (1 + 0.03 * noise[1])),
            temperature=float(weather.temperature(seconds)) + 0.1 * noise[2],
            humidity=min(100.0, float(weather.humidity(seconds)) + 0.5 * noise[3]),
            pressure=float(weather.pressure(seconds)) + 0.03 * noise[4],
            samples=int(period * 33_000 + 900 * noise[5]),
            signal=int(-68 + 4 * noise[6]),
            interval_seconds=period,
        )
    )


def _lorawan(plan: CityPlan, registered: EndDevice, street: Street, cadence: Cadence) -> Device:
    topic = f"v3/{registered.application}@ttn/devices/{registered.device}/up"
    period = cadence.things_stack_seconds
    return Device(
        city=plan.city,
        topic=topic,
        period_seconds=period,
        phase_seconds=phase(street.seed, topic, period),
        say=partial(_lorawan_uplink, registered, street, period),
    )


def _lorawan_uplink(registered: EndDevice, street: Street, period: float, seconds: float) -> bytes:
    weather = street.weather
    frame = decentlab.particle_frame(
        decentlab.Particles(
            number=sum(registered.device.encode()),
            battery=3.05,
            pm10=float(street.dust(seconds)),
            pm2_5=float(street.fine_dust(seconds)),
            temperature=float(weather.temperature(seconds)),
            humidity=float(weather.humidity(seconds)),
            pressure=float(weather.pressure(seconds)),
        )
    )
    count = int(seconds // period) & 0xFFFF
    return uplink(registered, seconds=seconds - _AIR_SECONDS, count=count, port=1, frame=frame)


def _meter(
    plan: CityPlan, wanted: BuildingPlan, weather: Weather, cadence: Cadence, seed: int
) -> Device:
    building = Building(
        seed=seed,
        name=f"{plan.city}/{wanted.name}",
        kind=wanted.kind,
        base_kilowatt=wanted.base_kilowatt,
        peak_kilowatt=wanted.peak_kilowatt,
        solar_kilowatt=wanted.solar_kilowatt,
        zone=plan.zone,
        weather=weather,
    )
    topic = f"city/{plan.city}/{P1}/{wanted.name}"
    period = cadence.p1_seconds
    return Device(
        city=plan.city,
        topic=topic,
        period_seconds=period,
        phase_seconds=phase(seed, topic, period),
        say=partial(_telegram, building, wanted.serial),
    )


def _telegram(building: Building, serial: int, seconds: float) -> bytes:
    whole = float(int(seconds))  # a telegram's clock has whole seconds
    now, quarter = building.registers(whole), whole // _QUARTER * _QUARTER
    then = building.registers(quarter)
    taken = now.import_day + now.import_night - then.import_day - then.import_night
    sway = gaussian(stream(building.seed, building.name, "volts"), int(whole) * 4 + np.arange(3))
    volts = [231.0 + 1.5 * float(one) for one in sway]
    measured = Measured(
        seconds=whole,
        registers=now,
        kilowatt=building.power(whole),
        quarter_kilowatt=taken * HOUR / (whole - quarter) if whole > quarter else 0.0,
        month_peak=building.month_peak(whole),
        volts=(volts[0], volts[1], volts[2]),
        day_tariff=building.day_tariff(whole),
    )
    return telegram(serial, measured, zone=building.zone)
