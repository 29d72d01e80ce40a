"""What names of fields in payloads mostly mean, in English, Dutch and abbreviations."""

import re
from typing import Final

_ANY_CASE: Final = re.IGNORECASE
TIME_NAME: Final = re.compile(
    r"time|date|datum|tijd|stamp|^ts$|_ts$|^at$|observed|measured", _ANY_CASE
)
THING_NAME: Final = re.compile(
    r"^_?id$|(device|sensor|station|node|site|meter|gateway|thing|serial|evse)_?"
    r"(id|no|nr|number|name|index)?$|[a-z]_?[iI][dD]$|^name$|^src$|^serialno$",
    _ANY_CASE,
)
KEY_NAME: Final = re.compile(r"name|type|key|code|param|kind|quantity", _ANY_CASE)
VALUE_NAME: Final = re.compile(r"value|val|@value|#text", _ANY_CASE)
UNIT_NAME: Final = re.compile(r"unit", _ANY_CASE)
LONGITUDE: Final = re.compile(r"^(lon|lng|long|longitude|.*_longitude)$", _ANY_CASE)
LATITUDE: Final = re.compile(r"^(lat|latitude|.*_latitude)$", _ANY_CASE)
# What is about persons, or opens something.
PERSONAL: Final = re.compile(
    r"ssid|mail|phone|owner|user|ean|address|imei|msisdn|passkey|password|token|secret",
    _ANY_CASE,
)
UNREAD: Final = re.compile(
    r"apparent|reactive|factor|signal|rssi|strength|status|quality|dew|feels|chill|heat_?index",
    _ANY_CASE,
)
# What names of fields mostly mean: pattern, observed property, unit, and between which numbers.
_ANY: Final = (-1e15, 1e15)
MEANINGS: Final = tuple(
    (re.compile(pattern, _ANY_CASE), slug, unit, *(bounds or _ANY))
    for pattern, slug, unit, *bounds in (
        (r"pm_?0?2[._]?5|pm_?02|p2$", "pm2-5", "ug/m3"),
        (r"pm_?10|p1$", "pm10", "ug/m3"),
        (r"pm_?0?1([._]?0)?(_|$)", "pm1", "ug/m3"),
        (r"no2", "no2", "ug/m3"),
        (r"so2", "so2", "ug/m3"),
        (r"(^|[._-])o3|ozon", "o3", "ug/m3"),
        (r"co2", "co2", "ppm"),
        (r"(^|[._-])co$", "co-concentration", "mg/m3"),
        (r"temp.*(in|indoor).*f$|temp_in", "indoor-temperature", "[degF]"),
        (r"temp.*f$|tf$", "air-temperature", "[degF]"),
        (r"temp|atmp|(^|[._-])t$|tc$", "air-temperature", "Cel"),
        (r"hum.*in(door)?$", "indoor-humidity", "%"),
        (r"hum.*|rhum|(^|[._-])rh$", "relative-humidity", "1", 0, 1),
        (r"hum.*|rhum|(^|[._-])rh$", "relative-humidity", "%"),
        (r"press|baro|(^|[._-])bar_", "air-pressure", "inHg", 25, 33),
        (r"press|baro", "air-pressure", "Pa", 20_000, 120_000),
        (r"press|baro", "air-pressure", "hPa"),
        (r"batt.*(pct|percent|level)", "battery-level", "%"),
        (r"batt", "battery-voltage", "V", 0, 5),
        (r"batt", "battery-level", "%", 5, 100),
        (r"batt", "battery-voltage", "mV", 100, 20_000),
        (r"laeq|noise|sound|db", "sound-level", "dB(A)"),
        (r"lux|illum|light", "illuminance", "lx"),
        (r"uv(_?index)?$", "uv-index", "1"),
        (r"solar_?rad|irradiance", "solar-irradiance", "W/m2"),
        (r"wind.*(dir|angle)", "wind-direction", "deg"),
        (r"gust.*mph", "wind-gust", "mph"),
        (r"gust", "wind-gust", "m/s"),
        (r"wind.*mph", "wind-speed", "mph"),
        (r"wind.*km", "wind-speed", "km/h"),
        (r"wind", "wind-speed", "m/s"),
        (r"rain.*total|total.*rain.*in$", "precipitation-total", "inch"),
        (r"(export|return|prod|inject).*(kwh|energy)", "electricity-export", "kWh"),
        (r"kwh|energy", "electricity-import", "kWh"),
        (r"power|watt|_w$", "active-power", "W"),
        (r"volt", "voltage", "mV", 1_000, 1e6),
        (r"volt", "voltage", "V"),
        (r"current|(^|_)amp", "electric-current", "A"),
        (r"fill|percent_?full", "fill-level", "1", 0, 1),
        (r"fill|percent_?full", "fill-level", "%"),
        (r"discharge|debiet", "discharge", "m3/s"),
        (r"level|peil", "water-level", "m"),
        (r"dist", "distance", "mm"),
        (r"(bike|bicycle|vehicle)s?_available", "available-shared-bicycles", "1"),
        (r"docks_available", "free-bicycle-docks", "1"),
        (r"free|vacant|available|vrij", "free-parking-spaces", "1"),
        (r"(total|capacity).*(space|spot|place)|capacity", "parking-capacity", "1"),
        (r"bike|bicycle|fiets", "bicycle-count", "1"),
        (r"car|auto", "car-count", "1"),
        (r"ped|person|people|visitor", "visitor-count", "1"),
    )
)
