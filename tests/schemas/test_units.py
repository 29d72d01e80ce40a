"""Units: factors, aliases and advice."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.units import Conversion, conversion
from schemas.vocabulary import Vocabulary

ALIASES = Vocabulary.load().aliases


@pytest.mark.parametrize(
    ("unit", "canonical", "value", "expected"),
    [
        ("Pa", "hPa", 100535.97, 1005.3597),
        ("W", "kW", 640, 0.64),
        ("Wh", "kW.h", 1500, 1.5),
        ("MJ", "kW.h", 3.6, 1.0),
        ("°F", "Cel", 212, 100.0),
        ("K", "Cel", 273.15, 0.0),
        ("L", "m3", 250, 0.25),
        ("mg/m³", "µg/m³", 0.02, 20.0),
        ("[mi_i]/h", "km/h", 50, 80.4672),
        ("%", "1", 50, 0.5),
    ],
)
def test_value_is_converted(unit: str, canonical: str, value: float, expected: float) -> None:
    way = conversion(unit, canonical, aliases=ALIASES)

    assert math.isclose(way.apply(value), expected, rel_tol=1e-12, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("unit", "canonical"),
    [
        ("dB(A)", "dB[SPL]"),
        ("ppm", "[ppm]"),
        ("ug/m3", "µg/m³"),
        ("C", "Cel"),
        ("kWh", "kW.h"),
        ("µg/m³", "ug/m3"),
        ("μg/m³", "µg/m³"),
        ("°C", "Cel"),
        ("km/u", "km/h"),
        ("m³/u", "m3/h"),
        ("lux", "lx"),
        ("{car}", "1"),
        ("[ppm]{CO2}", "ppm"),
    ],
)
def test_what_people_write_is_the_same_unit(unit: str, canonical: str) -> None:
    assert conversion(unit, canonical, aliases=ALIASES) == Conversion()


def test_tenths_stay_plain_decimals() -> None:
    way = conversion("ug/m3", "ug/m3", aliases=ALIASES, scale=0.1)

    assert way.apply(37) == 3.7


@pytest.mark.parametrize(
    ("unit", "canonical", "advice"),
    [
        ("kwh", "kW.h", "did you mean `kW.h`?"),
        ("celcius", "Cel", "did you mean `Cel`?"),
        ("Km/h", "km/h", "did you mean `km/h`?"),
        ("ppmm", "ppm", "did you mean `[ppm]`?"),
        ("db(a)", "dB(A)", "did you mean `dB[SPL]`?"),
        ("µg/m4", "µg/m³", "did you mean `ug/m3`?"),
        ("254.mm", "m", "write that as `scale`"),
        ("wombats", "Cel", "see https://ucum.org"),
        ("Cel", "hPa", "do not measure the same kind of thing"),
        ("B[SPL]", "dB[SPL]", "levels have no factor"),
    ],
)
def test_wrong_unit_is_refused_with_advice(unit: str, canonical: str, advice: str) -> None:
    with pytest.raises(ValueError, match=re.escape(advice)):
        conversion(unit, canonical, aliases=ALIASES)


def test_inch_of_mercury_is_that_of_barometers() -> None:
    assert math.isclose(
        conversion("inHg", "hPa", aliases=ALIASES).apply(29.92), 1013.21, abs_tol=0.01
    )


@pytest.mark.parametrize("alias", ALIASES)
def test_alias_stands_for_a_unit(alias: str) -> None:
    assert conversion(alias, ALIASES[alias], aliases=ALIASES) == Conversion()


@given(
    pair=st.sampled_from([("Pa", "hPa"), ("[degF]", "Cel"), ("MJ", "kW.h"), ("min", "s")]),
    value=st.floats(min_value=-1e9, max_value=1e9),
)
def test_there_and_back_is_the_same_value(pair: tuple[str, str], value: float) -> None:
    there = conversion(pair[0], pair[1], aliases=ALIASES)
    back = conversion(pair[1], pair[0], aliases=ALIASES)

    assert math.isclose(back.apply(there.apply(value)), value, rel_tol=1e-9, abs_tol=1e-6)
