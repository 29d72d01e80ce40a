"""The P1 port of Flanders' digital meters (Fluvius, e-MUCS-P1 1.7 on DSMR 5): a telegram."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from simulators.building import Building, Registers
from simulators.chance import gaussian, stream
from simulators.local_time import HOUR
from simulators.sample import Sample

_POLYNOMIAL = 0xA001  # CRC-16/ARC: x16+x15+x2+1, reflected, begins with 0
_SUMMER, _WINTER = "S", "W"
_QUARTER = 900
_FULL = 1_000_000  # kWh: a register has six digits before the point, and begins anew


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


class Measured(NamedTuple):
    """What the meter knows at an instant.

    Attributes:
        seconds: since 1970.
        registers: kWh.
        kilowatt: power taken from the grid; negative when some is fed into it.
        quarter_kilowatt: mean power taken in this quarter of an hour so far.
        month_peak: end (seconds since 1970) and mean power of the month's highest quarter.
        volts: of the three phases.
        day_tariff: whether the day's tariff holds.
    """

    seconds: float
    registers: Registers
    kilowatt: float
    quarter_kilowatt: float
    month_peak: tuple[float, float]
    volts: tuple[float, float, float]
    day_tariff: bool


def say(building: Building, sample: Sample) -> bytes:
    """Return the telegram of a building's meter."""
    whole = float(int(sample.seconds))  # a telegram's clock has whole seconds
    now, quarter = building.registers(whole), whole // _QUARTER * _QUARTER
    then = building.registers(quarter)
    taken = now.import_day + now.import_night - then.import_day - then.import_night
    sway = gaussian(stream(building.seed, building.name, "volts"), int(whole) * 4 + np.arange(3))
    volts = [231.0 + 1.5 * float(one) for one in sway]
    measured = Measured(
        seconds=whole + sample.clock_seconds - sample.seconds,
        registers=now,
        kilowatt=building.power(whole),
        quarter_kilowatt=taken * HOUR / (whole - quarter) if whole > quarter else 0.0,
        month_peak=building.month_peak(whole),
        volts=(volts[0], volts[1], volts[2]),
        day_tariff=building.day_tariff(whole),
    )
    return telegram(int(sample.words["serial"]), measured, zone=sample.zone)


def telegram(serial: int, measured: Measured, *, zone: ZoneInfo) -> bytes:
    """Return a telegram with its CRC; lines end with CR LF.

    Args:
        serial: number of the meter, nine digits.
        measured: what it says.
        zone: of its clock: the time stands in it as local time with S (summer) or W (winter).
    """
    lines = [
        f"/FLU5\\{serial:09d}_A",
        "",
        "0-0:96.1.4(50217)",
        f"0-0:96.1.1({f'1SAG{serial:010d}'.encode().hex().upper()})",
        f"0-0:1.0.0({_local(measured.seconds, zone)})",
        *_energy_lines(measured, zone),
        *_phase_lines(measured),
        "0-0:96.3.10(1)",
        "0-0:17.0.0(999.9*kW)",
        "1-0:31.4.0(999*A)",
        "0-0:96.13.0()",
        "!",
    ]
    body = "\r\n".join(lines).encode("ascii")
    return body + f"{crc16(body):04X}\r\n".encode("ascii")


def crc16(data: bytes) -> int:
    """Return the checksum of a telegram, of its bytes from `/` to `!` with both."""
    value = 0
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value


def _energy_lines(measured: Measured, zone: ZoneInfo) -> list[str]:
    registers = measured.registers
    peak_end, peak = measured.month_peak
    taken, given = max(measured.kilowatt, 0.0), max(-measured.kilowatt, 0.0)
    return [
        f"1-0:1.8.1({registers.import_day % _FULL:010.3f}*kWh)",
        f"1-0:1.8.2({registers.import_night % _FULL:010.3f}*kWh)",
        f"1-0:2.8.1({registers.export_day % _FULL:010.3f}*kWh)",
        f"1-0:2.8.2({registers.export_night % _FULL:010.3f}*kWh)",
        f"1-0:1.4.0({measured.quarter_kilowatt:06.3f}*kW)",
        f"1-0:1.6.0({_local(peak_end, zone)})({peak:06.3f}*kW)",
        f"0-0:96.14.0({1 if measured.day_tariff else 2:04d})",
        f"1-0:1.7.0({taken:06.3f}*kW)",
        f"1-0:2.7.0({given:06.3f}*kW)",
    ]


def _phase_lines(measured: Measured) -> list[str]:
    share = measured.kilowatt / 3
    taken, given = max(share, 0.0), max(-share, 0.0)
    phases = (20, 40, 60)
    return [
        *(f"1-0:{phase + 1}.7.0({taken:06.3f}*kW)" for phase in phases),
        *(f"1-0:{phase + 2}.7.0({given:06.3f}*kW)" for phase in phases),
        *(
            f"1-0:{phase + 12}.7.0({volts:05.1f}*V)"
            for phase, volts in zip(phases, measured.volts, strict=True)
        ),
        *(
            f"1-0:{phase + 11}.7.0({abs(share) * 1000 / volts:06.2f}*A)"
            for phase, volts in zip(phases, measured.volts, strict=True)
        ),
    ]


def _local(seconds: float, zone: ZoneInfo) -> str:
    shown = datetime.fromtimestamp(int(seconds), zone)
    return f"{shown:%y%m%d%H%M%S}{_SUMMER if shown.dst() else _WINTER}"
