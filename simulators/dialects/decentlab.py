"""Decentlab DL-PM: the bytes of a LoRaWAN particle sensor, protocol version 2."""

import struct
from typing import NamedTuple

MODEL = ("decentlab", "dl-pm")
"""Maker and model in the device repository of The Things Stack."""

_VERSION = 2
_ALL_SENSORS = 0b1111  # battery, particles, air, pressure


class Particles(NamedTuple):
    """What the device measures.

    Attributes:
        number: of the device.
        battery: volts.
        pm10: µg/m³.
        pm2_5: µg/m³.
        temperature: degrees Celsius.
        humidity: percent.
        pressure: hPa.
    """

    number: int
    battery: float
    pm10: float
    pm2_5: float
    temperature: float
    humidity: float
    pressure: float


def particle_frame(measured: Particles) -> bytes:
    """Return the device's bytes: a header, and the words of each sensor, big-endian."""
    masses = (
        0.8 * measured.pm2_5,
        measured.pm2_5,
        (measured.pm2_5 + measured.pm10) / 2,
        measured.pm10,
    )
    # Number concentrations follow the mass of the fine particles; typical size in nanometres.
    numbers = (6.7 * measured.pm2_5, *(7.7 * measured.pm2_5 + 0.1 * size for size in range(4)))
    words = [
        measured.number,
        _ALL_SENSORS,
        measured.battery * 1000,
        *(10 * mass for mass in masses),
        501,
        *(10 * number for number in numbers),
        (measured.temperature + 46.85) / 175.72 * 65536,
        (measured.humidity + 6) / 125 * 65536,
        measured.pressure * 100 / 2,
    ]
    whole = [min(max(round(word), 0), 0xFFFF) for word in words]
    return struct.pack(f">B{len(whole)}H", _VERSION, *whole)
