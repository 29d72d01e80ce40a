"""Telraam: one hour record, as the traffic API's answers hold them."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from simulators.local_time import HOUR
from simulators.sample import Sample
from simulators.street import Passage, Street

_SPEED_STEP_70, _SPEED_CLASSES_70 = 10, 8
_SPEED_STEP_120, _SPEED_CLASSES_120 = 5, 25
_V85_DEVIATIONS = 1.0364  # 85 % of a normal distribution lie below the mean and so many deviations
_DIGITS = 10


def say(street: Street, sample: Sample) -> bytes:
    """Return the record of the last whole hour before a sample."""
    hour_start = sample.previous // HOUR * HOUR
    return hour_record(
        segment=int(sample.words["serial"]),
        hour_start=sample.clock(begin=True),
        uptime=street.seen_share(hour_start),
        inbound=street.passages(hour_start, 0),
        outbound=street.passages(hour_start, 1),
        speeds=street.speeds(hour_start),
        zone=sample.zone.key,
    )


def hour_record(
    *,
    segment: int,
    hour_start: float,
    uptime: float,
    inbound: Passage,
    outbound: Passage,
    speeds: tuple[float, float],
    zone: str,
) -> bytes:
    """Return the record of an hour; with no uptime its counts are 0 and mean nothing.

    Args:
        segment: Telraam's number of the street segment.
        hour_start: seconds since 1970.
        uptime: share of the hour that was counted.
        inbound: who passed to the left, scaled up to a full hour.
        outbound: who passed to the right.
        speeds: mean and deviation of the cars' speeds in km/h.
        zone: of the device.
    """
    seen = uptime > 0
    record: dict[str, object] = {
        "instance_id": -1,
        "segment_id": segment,
        "date": f"{datetime.fromtimestamp(hour_start, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "interval": "hourly",
        "uptime": round(uptime, _DIGITS) if seen else 0,
    }
    record.update(_counts("", [inbound, outbound], seen=seen))
    record.update(_counts("_lft", [inbound], seen=seen))
    record.update(_counts("_rgt", [outbound], seen=seen))
    return json.dumps(
        {
            **record,
            "direction": 1,
            "car_speed_hist_0to70plus": _classes(
                speeds, _SPEED_STEP_70, _SPEED_CLASSES_70, seen=seen
            ),
            "car_speed_hist_0to120plus": _classes(
                speeds, _SPEED_STEP_120, _SPEED_CLASSES_120, seen=seen
            ),
            "timezone": zone,
            "v85": round((speeds[0] + _V85_DEVIATIONS * speeds[1]) * 2) / 2 if seen else None,
        }
    ).encode()


def _counts(suffix: str, passages: Sequence[Passage], *, seen: bool) -> dict[str, object]:
    counts: dict[str, object] = {
        f"{kind}{suffix}": round(sum(getattr(one, kind) for one in passages), _DIGITS)
        if seen
        else 0
        for kind in ("heavy", "car", "bike", "pedestrian")
    }
    return {**counts, f"night{suffix}": None}


def _classes(speeds: tuple[float, float], step: int, count: int, *, seen: bool) -> list[float]:
    """Return the percentage of cars in each class of speed; the last class has no end."""
    if not seen:
        return [0] * count
    bounds = [_below(place * step, speeds) for place in range(1, count)]
    edges = [0.0, *bounds, 1.0]
    return [round(100 * (high - low), _DIGITS) for low, high in pairwise(edges)]


def _below(speed: float, speeds: tuple[float, float]) -> float:
    mean, deviation = speeds
    return (1 + math.erf((speed - mean) / deviation / math.sqrt(2))) / 2
