"""sensor.community's airRohr firmware: what a station pushes: values as text, no time."""

import json
from typing import NamedTuple

_PASCAL = 100  # to the hectopascal


class Station(NamedTuple):
    """What a station with an SDS011 and a BME280 measures, beside its number.

    Attributes:
        chip: number of the ESP8266.
        pm10: µg/m³.
        pm2_5: µg/m³.
        temperature: degrees Celsius.
        humidity: percent.
        pressure: hPa.
        samples: loops of the firmware since the last push.
        signal: of the WLAN, dBm.
        interval_seconds: between two pushes.
    """

    chip: int
    pm10: float
    pm2_5: float
    temperature: float
    humidity: float
    pressure: float
    samples: int
    signal: int
    interval_seconds: float


def push(station: Station) -> bytes:
    """Return what a station pushes."""
    values = {
        "SDS_P1": f"{station.pm10:.2f}",
        "SDS_P2": f"{station.pm2_5:.2f}",
        "BME280_temperature": f"{station.temperature:.2f}",
        "BME280_humidity": f"{station.humidity:.2f}",
        "BME280_pressure": f"{station.pressure * _PASCAL:.2f}",
        "samples": str(station.samples),
        "min_micro": "28",
        "max_micro": str(20_000 + station.samples % 7919),
        "interval": f"{station.interval_seconds * 1000:.0f}",
        "signal": str(station.signal),
    }
    return json.dumps(
        {
            "esp8266id": str(station.chip),
            "software_version": "NRZ-2020-133",
            "sensordatavalues": [
                {"value_type": name, "value": value} for name, value in values.items()
            ],
        }
    ).encode()
