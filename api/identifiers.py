"""The id of an observation: its datastream and the begin of its phenomenon.

`12_20260101T090000Z`, with six digits of fraction where the time has any. It needs no index of
its own and survives corrections.
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from api.instants import compact_text

_ID = re.compile(r"(0|[1-9]\d{0,9})_(\d{8}T\d{6})(?:\.(\d{6}))?Z", re.ASCII)
MAXIMUM_INTEGER = 2**31 - 1


class ObservationKey(NamedTuple):
    """What makes an observation one: its datastream, and when it begins."""

    datastream_id: int
    phenomenon_start: datetime


def observation_id(datastream_id: int, phenomenon_start: datetime) -> str:
    """Return the id of an observation."""
    return f"{datastream_id}_{compact_text(phenomenon_start)}"


def parse_observation_id(text: str) -> ObservationKey | None:
    """Return what an id means, `None` when it is not the id of any observation."""
    match = _ID.fullmatch(text)
    if not match:
        return None
    number, instant, fraction = match.groups()
    try:
        time = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    except ValueError:
        return None
    microsecond = int(fraction or 0)
    if int(number) > MAXIMUM_INTEGER or (fraction is not None and microsecond == 0):
        return None
    return ObservationKey(int(number), time.replace(microsecond=microsecond))
