"""What the processors tell of readings in the log: those followed, and what is worth a look."""

import logging
from collections.abc import Sequence

from schemas.journal import facts
from schemas.journey import Journey, reading_id
from schemas.wire import DeadLetter, NormalisedReading
from stream_processors.steps.passage import Passage

log = logging.getLogger(__name__)


def normalised(journey: Journey, began: int, passages: Sequence[Passage]) -> None:
    """Tell what a batch of one partition gave, when that is safe in Kafka."""
    results = [passage.result for passage in passages]
    if log.isEnabledFor(logging.DEBUG) and results:
        _tell_batch(results)
    if not journey.share:
        return
    for one in results:
        reading = journey.followed(one.city, one.source, one.received_time)
        if reading:
            journey.stop("normalise", reading, began, **_outcome(one))


def stored(
    journey: Journey,
    began: int,
    readings: Sequence[NormalisedReading],
    sequences: tuple[int, int] | None,
) -> None:
    """Tell of readings whose observations are in the database, and published.

    Args:
        journey: which are followed.
        began: when their commit began, in nanoseconds since 1970.
        readings: of one commit.
        sequences: the first and the last of what the commit published, if anything.
    """
    first, last = sequences or (None, None)
    if log.isEnabledFor(logging.DEBUG):
        told = facts(readings=len(readings), first_sequence=first, last_sequence=last)
        log.debug("batch stored", extra=told)
    if not journey.share:
        return
    for one in readings:
        reading = journey.followed(one.city, one.source, one.received_time)
        if reading:
            outcome = _outcome(one)
            journey.stop(
                "store", reading, began, **outcome, first_sequence=first, last_sequence=last
            )


def kept(journey: Journey, began: int, letters: Sequence[DeadLetter]) -> None:
    """Tell of dead letters that are in the database."""
    if not journey.share:
        return
    for one in letters:
        reading = journey.followed(one.city, one.source, one.received_time)
        if reading:
            journey.stop(
                "dead-letters",
                reading,
                began,
                city=one.city,
                rejected_by=one.station,
                reasons=sorted({why.reason for why in one.rejections}),
            )


def _outcome(one: NormalisedReading) -> dict[str, object]:
    return {
        "city": one.city,
        "source": one.source,
        "profile": one.profile,
        "partition": one.partition,
        "offset": one.offset,
        "outcome": one.outcome,
        "observations": len(one.observations),
        "flags": sorted({code for each in one.observations for code in each.quality}),
        "reasons": sorted({why.reason for why in one.rejections}),
        "replayed": one.replayed,
    }


def _tell_batch(results: Sequence[NormalisedReading]) -> None:
    first, last = results[0], results[-1]
    log.debug(
        "batch normalised",
        extra=facts(
            partition=first.partition,
            first_offset=first.offset,
            last_offset=last.offset,
            first_reading=reading_id(first.city, first.source, first.received_time),
            last_reading=reading_id(last.city, last.source, last.received_time),
        ),
    )
    for one in results:
        flags = sorted({code for each in one.observations for code in each.quality})
        if flags:
            name = reading_id(one.city, one.source, one.received_time)
            log.debug("flagged", extra=facts(reading=name, profile=one.profile, flags=flags))
