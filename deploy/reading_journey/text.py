"""A reading's way as facts for programs, and line by line for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.dead_letter_text import printable
from deploy.reading_journey.search import Way
from schemas import wire
from schemas.journey import received_time_of


def facts_of(way: Way) -> dict[str, Any]:
    """Return the way as facts; what is not known is left out."""
    return {
        "reading": way.name,
        "received_time": received_time_of(way.name),
        "ingest": _ingest(way),
        "normalise": _normalise(way),
        "store": [dict(row) for row in way.observations],
        "known_before": way.known,
        "dead_letters": [dict(row) for row in way.dead_letters],
    }


def lines_of(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the way line by line, for a terminal."""
    yield f"reading      {facts['reading']}"
    yield f"received     {facts['received_time']:%Y-%m-%d %H:%M:%S.%f}Z"
    if taken := facts["ingest"]:
        source = printable(taken["source"])
        yield f"ingest       {source} over {taken['channel']}, {taken['bytes']} bytes"
        yield f"kafka        {wire.READINGS} {taken['partition']}/{taken['offset']}"
    else:
        yield f"kafka        {wire.READINGS} does not have it"
    if given := facts["normalise"]:
        flags = f", flags {' '.join(given['flags'])}" if given["flags"] else ""
        why = f" ({given['empty']})" if given["empty"] else ""
        yield (
            f"normalise    {given['profile'] or 'no profile'}: {given['outcome']}{why}, "
            f"{given['observations']} observations{flags}"
        )
    for row in facts["store"]:
        yield f"store        {_row(row, facts)}"
    if facts["known_before"]:
        yield f"store        {facts['known_before']} not new: known before, or not to be kept"
    for row in facts["dead_letters"]:
        again = ", replayed" if row["replayed_at"] else ""
        reasons = ", ".join(row["reasons"])
        yield f"dead letter  {row['dead_letter_id']} of {row['station']}: {reasons}{again}"


def _row(row: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    value = row["result_json"] if row["result_number"] is None else f"{row['result_number']:g}"
    delay = (row["published_at"] - facts["received_time"]).total_seconds()
    flags = f" [{' '.join(row['quality'])}]" if row["quality"] else ""
    gone = f", replaced {row['replaced_at']:%Y-%m-%d %H:%M:%S}Z" if row["replaced_at"] else ""
    return printable(
        f"datastream {row['datastream_id']} ({row['datastream']} of {row['thing']}) "
        f"{row['phenomenon_start']:%Y-%m-%d %H:%M:%S}Z: {value}{flags}; sequence "
        f"{row['sequence']}, published {delay:.3f} s after receipt{gone}"
    )


def _ingest(way: Way) -> dict[str, Any] | None:
    if way.arrival is None:
        return None
    reading = way.arrival.reading
    return {
        "city": reading.city,
        "source": reading.source,
        "channel": reading.channel,
        "bytes": len(reading.payload),
        "partition": way.arrival.partition,
        "offset": way.arrival.offset,
    }


def _normalise(way: Way) -> dict[str, Any] | None:
    found = way.normalised
    if found is None:
        return None
    return {
        "profile": found.profile,
        "outcome": found.outcome,
        "empty": found.empty,
        "observations": len(found.observations),
        "flags": sorted({code for one in found.observations for code in one.quality}),
        "reasons": sorted({one.reason for one in found.rejections}),
    }
