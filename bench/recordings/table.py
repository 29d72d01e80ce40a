"""The results as a table, on standard output and between the marks of a document."""

from collections.abc import Sequence
from typing import Final

from bench.marks import Marks
from bench.recordings.run import Result

MARKS: Final = Marks(
    "<!-- Begin of the recordings, written by `make recordings` -->",
    "<!-- End of the recordings, written by `make recordings` -->",
)
HEADER: Final = (
    "recording",
    "profile",
    "messages",
    "readings",
    "observations",
    "empty",
    "flagged",
    "rejected",
    "values equal",
    "again: new, corrected",
)
_RECEIVED: Final = "time.received"


def markdown(results: Sequence[Result]) -> str:
    """Return the table, with the sums in its last row."""
    rows = [HEADER, ("---", "---", *("--:" for _ in HEADER[2:]))]
    rows += [_row(one) for one in results]
    rows.append(_sums(results))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(one: Result) -> tuple[str, ...]:
    first = one.times[0]
    verified = one.verified
    return (
        one.name,
        f"`{one.profile}`",
        f"{one.messages:,}",
        f"{first.readings:,}",
        f"{first.observations_stored:,}",
        f"{first.readings_empty:,}",
        _counted(first.observations_with_flag, first.observations_flagged),
        _counted(first.readings_rejected, first.rejections),
        f"{verified.compared - verified.different:,} of {verified.compared:,}",
        _again(one),
    )


def _again(one: Result) -> str:
    """Tell what all later times brought; a payload without a time is news each time."""
    later = one.times[1:]
    if not later:
        return ""
    new = sum(each.observations_stored for each in later)
    timeless = sum(each.observations_flagged.get(_RECEIVED, 0) for each in later)
    corrected = sum(each.observations_corrected for each in later)
    said = f"{new:,}" if new == 0 or new != timeless else f"{new:,} without a time"
    return f"{said}, {corrected:,}"


def _counted(total: int, parts: dict[str, int]) -> str:
    if not parts:
        return f"{total:,}"
    return f"{total:,} ({', '.join(f'{name} {count:,}' for name, count in parts.items())})"


def _sums(results: Sequence[Result]) -> tuple[str, ...]:
    first = [one.times[0] for one in results]
    later = [each for one in results for each in one.times[1:]]
    new = sum(each.observations_stored for each in later)
    corrected = sum(each.observations_corrected for each in later)
    compared = sum(one.verified.compared for one in results)
    different = sum(one.verified.different for one in results)
    return (
        f"all {len(results)}",
        "",
        f"{sum(one.messages for one in results):,}",
        f"{sum(one.readings for one in first):,}",
        f"{sum(one.observations_stored for one in first):,}",
        f"{sum(one.readings_empty for one in first):,}",
        f"{sum(one.observations_with_flag for one in first):,}",
        f"{sum(one.readings_rejected for one in first):,}",
        f"{compared - different:,} of {compared:,}",
        f"{new:,}, {corrected:,}" if later else "",
    )
