"""`python -m bench`: a table, and JSON beside it; exit status 1 when anything is lost."""

import asyncio
import logging
import sys
import time
from pathlib import Path

from bench.benchmark import measure
from bench.profile_run import profile
from bench.report import show
from bench.results import save
from bench.wishes import Wishes, parse
from schemas.errors import PlatformError

_RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run what the command line asks for, and return the exit status."""
    wishes = parse()
    logging.basicConfig(level=logging.WARNING)
    try:
        return _profile(wishes) if wishes.profile else _measure(wishes)
    except PlatformError as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1


def _measure(wishes: Wishes) -> int:
    results = asyncio.run(measure(wishes))
    file = wishes.json or _RESULTS / f"{_now()}.json"
    save(results, file)
    show(results)
    print(f"\nresults: {file}", file=sys.stderr)
    if results.lost:
        print(f"bench: {results.lost} acknowledged messages were lost", file=sys.stderr)
    return 1 if results.lost or not results.rounds else 0


def _profile(wishes: Wishes) -> int:
    folder = _RESULTS / f"{_now()}-stacks"
    folder.mkdir(parents=True, exist_ok=True)
    return asyncio.run(profile(wishes, folder))


def _now() -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


if __name__ == "__main__":
    sys.exit(main())
