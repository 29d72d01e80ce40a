"""What names of fields in payloads mostly mean, in English, Dutch and abbreviations."""

import re
from typing import Final

TIME_NAME: Final = re.compile(r"time|date|datum|tijd|stamp|^ts$|_ts$|^at$", re.IGNORECASE)
THING_NAME: Final = re.compile(r"id$|device|sensor|station|node|serial|name$", re.IGNORECASE)
PERSONAL: Final = re.compile(r"ssid|mail|phone|owner|user|ean|address|imei|msisdn", re.IGNORECASE)
UNREAD: Final = re.compile(r"apparent|reactive|factor|signal|rssi|strength", re.IGNORECASE)
# What names of fields mostly mean: pattern, observed property, unit.
MEANINGS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), slug, unit)
    for pattern, slug, unit in (
        (r"pm_?2[._]?5|p2$", "pm2-5", "ug/m3"),
        (r"pm_?10|p1$", "pm10", "ug/m3"),
        (r"no2", "no2", "ug/m3"),
        (r"(^|[._-])o3|ozon", "o3", "ug/m3"),
        (r"co2", "co2", "ppm"),
        (r"temp.*f$|tf$", "air-temperature", "[degF]"),
        (r"temp|(^|[._-])t$", "air-temperature", "Cel"),
        (r"hum|(^|[._-])rh$", "relative-humidity", "%"),
        (r"press|baro", "air-pressure", "hPa"),
        (r"batt.*(pct|percent|level)", "battery-level", "%"),
        (r"batt", "battery-voltage", "V"),
        (r"laeq|noise|sound|db", "sound-level", "dB(A)"),
        (r"lux|illum|light", "illuminance", "lx"),
        (r"wind.*dir", "wind-direction", "deg"),
        (r"wind", "wind-speed", "m/s"),
        (r"(export|return|prod|inject).*(kwh|energy)", "electricity-export", "kWh"),
        (r"kwh|energy", "electricity-import", "kWh"),
        (r"power|watt|_w$", "active-power", "W"),
        (r"volt", "voltage", "V"),
        (r"current|(^|_)amp", "electric-current", "A"),
        (r"level|peil", "water-level", "m"),
        (r"dist", "distance", "mm"),
        (r"free|vacant|available|vrij", "free-parking-spaces", "1"),
        (r"bike|bicycle|fiets", "bicycle-count", "1"),
        (r"car|auto", "car-count", "1"),
        (r"ped|person|people|visitor", "visitor-count", "1"),
    )
)
