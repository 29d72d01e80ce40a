"""Observations as rows for the database; what PostgreSQL would refuse is found here."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from schemas.wire import NormalisedReading, Observation, Rejection, Result

_FIRST_YEAR, _LAST_YEAR = 2, 9998  # readable in every time zone by every client
_encoder = msgspec.json.Encoder(order="sorted")


class Row(NamedTuple):
    """A row of the staging table `incoming`, in the order of its columns."""

    position: int
    round: int
    datastream_id: int
    reading_partition: int
    phenomenon_start: datetime
    phenomenon_end: datetime | None
    result_time: datetime
    received_time: datetime
    reading_offset: int
    result_number: float | None
    result_json: str | None
    quality: tuple[str, ...] | None
    raw_result: str | None
    replayed: bool
    withdrawn: bool = False
    repeats: bool = False


def row_of(
    reading: NormalisedReading,
    observation: Observation,
    datastream_id: int,
    position: int,
    round_number: int,
) -> Row:
    """Return an observation as a row; it has been `checked` before.

    Called for every observation, so that it takes no names.
    """
    number, document = _split(observation.result)
    raw = observation.raw_result
    return Row(
        position,
        round_number,
        datastream_id,
        reading.partition,
        observation.phenomenon_start,
        observation.phenomenon_end,
        observation.result_time,
        reading.received_time,
        reading.offset,
        number,
        document,
        observation.quality or None,
        None if raw is None else _text(raw),
        reading.replayed,
    )


def withdrawal_of(
    reading: NormalisedReading,
    datastream_id: int,
    phenomenon_start: datetime,
    position: int,
    round_number: int,
) -> Row:
    """Return the row that takes back what a reading gave; the database has the rest of it."""
    return Row(
        position=position,
        round=round_number,
        datastream_id=datastream_id,
        reading_partition=reading.partition,
        phenomenon_start=phenomenon_start,
        phenomenon_end=None,
        result_time=phenomenon_start,
        received_time=reading.received_time,
        reading_offset=reading.offset,
        result_number=None,
        result_json=None,
        quality=None,
        raw_result=None,
        replayed=reading.replayed,
        withdrawn=True,
    )


def checked(observation: Observation, *, nul: bool) -> Rejection | None:
    """Return why PostgreSQL would refuse an observation, `None` when it would not.

    Args:
        observation: as it came from Kafka.
        nul: whether the record holds a NUL character anywhere.
    """
    start, end = observation.phenomenon_start, observation.phenomenon_end
    if not (
        _FIRST_YEAR <= start.year <= _LAST_YEAR
        and _FIRST_YEAR <= observation.result_time.year <= _LAST_YEAR
        and (end is None or end.year <= _LAST_YEAR)
    ):
        return Rejection(reason="time.unreadable", detail="a time lies outside the calendar")
    if end is not None and end < start:
        return Rejection(reason="time.unreadable", detail="the interval ends before it begins")
    if nul and b"\\u0000" in _encoder.encode(observation):
        return Rejection(reason="payload.nul", detail="a text holds a NUL character")
    return _number_refused(observation.result)


def _number_refused(result: Result) -> Rejection | None:
    if type(result) is int:
        try:
            float(result)
        except OverflowError:
            return Rejection(reason="payload.number", detail="a number is larger than any double")
    return None


def _split(result: Result) -> tuple[float | None, str | None]:
    if type(result) is float or type(result) is int:  # not a bool, which is an int too
        return float(result), None
    return None, _text(result)


def _text(document: Result | Mapping[str, Result]) -> str:
    return _encoder.encode(document).decode()
