"""Hold every member of some time of the demonstration against its shape.

Run `python -m tests.api.ldes.hold_members [--minutes 60]`. The tests hold a member of each kind of
five minutes; this holds all, faults included. Exit status 1: some do not satisfy it.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from tests.api.ldes.demonstration import Made, members_of
from tests.api.ldes.graphs import graph
from tests.shapes import complaints

_TOGETHER = 1000


def main() -> int:
    """Hold them, and tell how many there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, metavar="N", help="so long (60)")
    minutes = parser.parse_args().minutes
    began, kinds, count = time.monotonic(), set(), 0
    for some in _batches(members_of(timedelta(minutes=minutes))):
        wrong = complaints(graph("".join(one.text for one in some)), "observation")
        if wrong:
            sys.stdout.write(wrong)
            return 1
        kinds |= {one.kind for one in some}
        count += len(some)
    seconds = time.monotonic() - began
    said = f"{count} members of {len(kinds)} kinds satisfy their shape ({seconds:.0f} s)"
    sys.stdout.write(said + "\n")
    return 0


def _batches(members: Iterable[Made]) -> Iterator[list[Made]]:
    remaining = iter(members)
    while some := list(islice(remaining, _TOGETHER)):
        yield some


if __name__ == "__main__":
    sys.exit(main())
