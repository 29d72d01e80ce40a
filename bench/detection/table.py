"""What is found and what is not, as a table between the marks of a document."""

from collections.abc import Sequence
from statistics import median
from typing import Final, TypeAlias

from bench.detection.healthy import Alarms
from bench.detection.trials import Finding, Trial
from bench.marks import Marks

MARKS: Final = Marks(
    "<!-- Begin of what is found, written by `python -m bench.detection --write` -->",
    "<!-- End of what is found, written by `python -m bench.detection --write` -->",
)
HEADER: Final = (
    "what goes wrong",
    "found",
    "after",
    "wrong values flagged",
    "by",
    "of healthy values doubted",
)
Held: TypeAlias = tuple[Trial, Sequence[Finding]]

_MINUTE, _HOUR = 60.0, 3600.0


def markdown(held: Sequence[Held], alarms: Alarms) -> str:
    """Return the table of trials, and the sentence of what healthy fleets are told."""
    rows: list[tuple[str, ...]] = [HEADER, ("---", "--:", "--:", "--:", "---", "--:")]
    rows += [_row(trial, findings) for trial, findings in held]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{table}\n\n{_sentence(alarms)}"


def _row(trial: Trial, findings: Sequence[Finding]) -> tuple[str, ...]:
    delays = [one.delay_seconds for one in findings if one.delay_seconds is not None]
    wrong = sum(one.wrong for one in findings)
    flagged = sum(one.wrong_flagged for one in findings)
    doubted = sum(one.healthy_doubted for one in findings)
    said = {word for one in findings for word in one.said} & set(trial.found_by)
    return (
        trial.what,
        f"{len(delays)} of {len(findings)}" if trial.found_by else "no flag",
        _time(median(delays)) if delays else "",
        f"{flagged / wrong:.0%}" if wrong and trial.found_by else "",
        ", ".join(f"`{word}`" for word in sorted(said)) or trial.remark,
        f"{doubted:,} of {sum(one.healthy for one in findings):,}",
    )


def _time(seconds: float) -> str:
    if seconds < _MINUTE:
        return "at once"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.0f} h"


def _sentence(alarms: Alarms) -> str:
    flags = ", ".join(f"`{code}` {count:,}" for code, count in alarms.flags.most_common())
    return (
        f"Both cities without a fault for {alarms.hours:.0f} hours, each device once in "
        f"{alarms.pace_seconds:.0f} s at most: {alarms.readings:,} readings, "
        f"{alarms.rejected:,} rejected; {alarms.values:,} values, {alarms.doubted:,} with a "
        f"flag of severity warning or error ({alarms.per_thousand:.2f} of a thousand): "
        f"{flags or 'none'}."
    )
