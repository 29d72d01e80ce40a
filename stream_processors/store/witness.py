"""What the store tells about its work: in the log what people must know, the rest as metrics."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from schemas import telemetry
from schemas.journal import facts
from schemas.journey import UNFOLLOWED, Journey, reading_id
from schemas.rejection_log import RejectionLog
from schemas.wire import NormalisedReading
from stream_processors import stops
from stream_processors.instruments import Instruments
from stream_processors.record import Record
from stream_processors.store.high_water import Step
from stream_processors.store.prepared import Prepared
from stream_processors.store.transaction import Committing

log = logging.getLogger(__name__)

_CHANGES = {
    "new": "observations",
    "duplicate": "duplicates",
    "corrected": "corrections",
    "withdrawn": "withdrawals",
    "withheld": "withheld",
}


class Witness:
    """Counts and times what the store does, and tells of the readings that are followed."""

    def __init__(self, instruments: Instruments, journey: Journey = UNFOLLOWED) -> None:
        self._instruments, self._journey = instruments, journey
        self._rejections = RejectionLog(log)
        self._began = 0

    def saw(self, record: Record, step: Step) -> None:
        """Tell of readings that are missing, known already, or of another log."""
        if step.missing:
            told = facts(partition=record.partition, offset=record.offset, missing=step.missing)
            log.error("readings before this one never came", extra=told)
            self._instruments.count(telemetry.READINGS_MISSING, step.missing)
        if step.anew:
            told = facts(partition=record.partition)
            log.warning("the log of readings was made anew", extra=told)
        if step.known:
            self._instruments.count(telemetry.READINGS_REPEATED)

    def refused(self, prepared: Prepared, why: str) -> None:
        """Tell of a record that has a value which the database cannot hold."""
        record, one = prepared.record, prepared.reading
        name = reading_id(one.city, one.source, one.received_time) if one else None
        told = facts(reading=name, partition=record.partition, offset=record.offset, error=why)
        log.warning("record refused by the database", extra=told)

    @contextmanager
    def timed(self, batch: Committing) -> Iterator[None]:
        """Measure a commit."""
        began, self._began = time.perf_counter(), time.time_ns()
        yield
        self._instruments.observe(telemetry.STORE_SECONDS, time.perf_counter() - began)
        if batch.lane_seconds:
            self._instruments.observe(telemetry.LANE_SECONDS, batch.lane_seconds)

    def committed(self, batch: Committing, readings: Sequence[NormalisedReading]) -> None:
        """Count what a batch held, and tell of it."""
        stops.stored(self._journey, self._began, readings, batch.sequences)
        stops.kept(self._journey, self._began, batch.dead_letters)
        for letter in batch.dead_letters:
            self._rejections.tell(letter)
        for change, column in _CHANGES.items():
            total = batch.ledger.total(column)
            if total:
                self._instruments.count(telemetry.OBSERVATIONS, total, change=change)
        if batch.dead_letters:
            self._instruments.count(
                telemetry.DEAD_LETTERS, len(batch.dead_letters), station="store"
            )
        fresh = [reading.received_time for reading in readings if not reading.replayed]
        if fresh:
            delay = (datetime.now(UTC) - min(fresh)).total_seconds()
            self._instruments.observe(telemetry.PUBLICATION_DELAY, max(delay, 0.0))
