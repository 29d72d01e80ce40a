"""`python -m bench.recordings`: the table of all recordings; exit status 1 when one is wrong."""

import argparse
import asyncio
import json
import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.benchmark import say
from bench.recordings.entries import DATA, Recording, recordings
from bench.recordings.run import Result, site
from bench.recordings.table import MARKS, markdown
from schemas.errors import PlatformError

_FOLDER: Final = Path(__file__).parent.parent
_README: Final = _FOLDER / "README.md"


def main() -> int:
    """Run what the command line asks for, and return the exit status."""
    wishes = _wishes()
    logging.basicConfig(level=logging.WARNING)
    wanted = [one for one in recordings() if not wishes.only or wishes.only in one.name]
    if not wishes.data.is_dir():
        print(f"recordings: there are none in {wishes.data}", file=sys.stderr)
        return 2
    try:
        begin = time.monotonic()
        results = asyncio.run(_run(wanted, wishes))
    except PlatformError as failure:
        print(f"recordings: {failure}", file=sys.stderr)
        return 1
    _show(results, wishes, seconds=time.monotonic() - begin)
    return 1 if any(map(_is_wrong, results)) else 0


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.recordings", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recordings")
    parser.add_argument("--services", choices=("embedded", "real"), default="real")
    parser.add_argument("--only", help="only recordings with this in their name")
    parser.add_argument("--most", type=int, help="at most so many messages of each file")
    parser.add_argument("--times", type=int, default=2, help="how often each is published")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    return parser.parse_args()


async def _run(wanted: list[Recording], wishes: argparse.Namespace) -> list[Result]:
    async with site(wanted, services=wishes.services) as here:
        return [
            await here.result(one, data=wishes.data, most=wishes.most, times=wishes.times)
            for one in wanted
        ]


def _show(results: list[Result], wishes: argparse.Namespace, *, seconds: float) -> None:
    now = datetime.now(UTC)
    table = f"{now:%Y-%m-%d}, each {wishes.times} times, {seconds / 60:.0f} minutes in all.\n\n"
    table += markdown(results)
    print(table)
    file = wishes.json or _FOLDER / "results" / f"recordings-{now:%Y%m%dT%H%M%SZ}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    facts = {"begun": now.isoformat(), "recordings": [one.facts() for one in results]}
    file.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    say(f"results: {file}", always=True)
    if wishes.write:
        _README.write_text(
            MARKS.fill(_README.read_text(encoding="utf-8"), table), encoding="utf-8"
        )


def _is_wrong(one: Result) -> bool:
    """Tell whether something was lost, differs, or changed what was there when it came again."""
    return bool(
        one.verified.different
        or any(each.lost for each in one.times)
        or any(each.observations_corrected for each in one.times[1:])
        or any(
            each.observations_stored != each.observations_flagged.get("time.received", 0)
            for each in one.times[1:]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
