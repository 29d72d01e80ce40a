"""How fast each profile reads: what one core gives, by the profile's own examples.

Measured is what normalise does with every reading: the privacy gate, the interpreter, the flags of
one observation alone. CPU time of this process, so that other programs hardly matter.

`python -m bench.interpreter` prints the table; `--write` writes it into the README.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from bench.marks import Marks
from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield, observe
from schemas.library import Library
from schemas.privacy import gate
from schemas.self_check import example_payload, thing_in
from schemas.vocabulary import Vocabulary

MARKS: Final = Marks(
    "<!-- Begin of the interpreter's speed, written by `python -m bench.interpreter` -->",
    "<!-- End of the interpreter's speed, written by `python -m bench.interpreter` -->",
)
HEADER: Final = ("profile", "form", "bytes", "observations", "readings/s", "observations/s")
_README: Final = Path(__file__).parent / "README.md"
_SECONDS: Final = 0.03
_REPEATS: Final = 3


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """What one core does with one profile.

    Attributes:
        decode: the form of its payloads.
        payload_bytes: of the examples that give observations, the mean.
        observations: that a reading gives, the mean.
        readings_per_second: of the best of several runs.
    """

    profile: str
    decode: str
    payload_bytes: float
    observations: float
    readings_per_second: float

    @property
    def observations_per_second(self) -> float:
        """What comes out."""
        return self.observations * self.readings_per_second


class Case(NamedTuple):
    """An example as normalise sees it."""

    payload: bytes
    thing: str | None
    received_time: datetime
    zone: ZoneInfo
    topic: str
    port: int | None


def speeds(*, seconds: float = _SECONDS) -> list[Speed]:
    """Measure every profile of the library whose examples give observations.

    Args:
        seconds: of CPU time that each run takes at least.
    """
    library = Library.load(vocabulary=Vocabulary.load())
    return [speed for profile in library if (speed := _speed(profile, seconds)) is not None]


def markdown(found: list[Speed]) -> str:
    """Return the table, the fastest first."""
    ordered = sorted(found, key=lambda one: -one.observations_per_second)
    rows = [HEADER, ("---", "---", *("--:" for _ in HEADER[2:])), *map(row, ordered)]
    return "\n".join(f"| {' | '.join(one)} |" for one in rows)


def row(one: Speed) -> tuple[str, ...]:
    """Return a profile's row."""
    return (
        f"`{one.profile}`",
        one.decode,
        f"{one.payload_bytes:,.0f}",
        f"{one.observations:,.1f}",
        f"{one.readings_per_second:,.0f}",
        f"{one.observations_per_second:,.0f}",
    )


def _speed(profile: CompiledProfile, seconds: float) -> Speed | None:
    cases = list(_cases(profile))
    if not cases:
        return None
    given = sum(len(_read(profile, case).observations) for case in cases)

    def once() -> None:
        for case in cases:
            _read(profile, case)

    return Speed(
        profile=profile.id,
        decode=profile.definition.decode,
        payload_bytes=sum(len(case.payload) for case in cases) / len(cases),
        observations=given / len(cases),
        readings_per_second=len(cases) * max(_per_second(once, seconds) for _ in range(_REPEATS)),
    )


def _cases(profile: CompiledProfile) -> Iterator[Case]:
    for example in profile.definition.examples:
        if example.observations:
            yield Case(
                example_payload(example),
                thing_in(example.topic),
                example.received_time,
                ZoneInfo(example.zone),
                example.topic,
                example.port,
            )


def _read(profile: CompiledProfile, case: Case) -> Yield:
    try:
        found = observe(
            profile,
            gate(profile, case.payload),
            thing=case.thing,
            received_time=case.received_time,
            zone=case.zone,
            topic=case.topic,
            port=case.port,
        )
    except ReadingRejected as rejected:
        raise AssertionError(f"an example of {profile.id} is rejected") from rejected
    for one in found.observations:
        profile.measured_by(one).qualify(one, case.received_time)
    return found


def _per_second(work: Callable[[], None], seconds: float) -> float:
    begin, times = time.process_time(), 0
    while (passed := time.process_time() - begin) < seconds:
        work()
        times += 1
    return times / passed


def main() -> None:
    """Print the table, or write it into the README."""
    parser = argparse.ArgumentParser(prog="python -m bench.interpreter", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into the README")
    wishes = parser.parse_args()
    table = markdown(speeds())
    print(table)
    if wishes.write:
        document = _README.read_text(encoding="utf-8")
        _README.write_text(MARKS.fill(document, table), encoding="utf-8")


if __name__ == "__main__":
    main()
