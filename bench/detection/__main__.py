"""`python -m bench.detection`: which faults of a fleet are found, and how soon."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from bench.detection.fleet import CITIES, PACE_SECONDS
from bench.detection.healthy import healthy
from bench.detection.table import MARKS, Held, markdown
from bench.detection.trials import Trial, hold, trials
from schemas.cities.registry import Registry, load_registry

_FOLDER: Final = Path(__file__).parent.parent
_README: Final = _FOLDER / "README.md"
_PACKS: Final = _FOLDER.parent / "deploy" / "cities"


def main() -> int:
    """Hold all trials, and return the exit status: 1 when a fault that can be found was not."""
    wishes = _wishes()
    registry = load_registry([_PACKS / city for city in CITIES])
    wanted = [one for one in trials() if not wishes.only or wishes.only in one.what]
    held = [_held(one, registry) for one in wanted]
    part = markdown(
        held, asyncio.run(healthy(registry, hours=wishes.hours, pace_seconds=wishes.pace))
    )
    if wishes.write:
        _README.write_text(MARKS.fill(_README.read_text(encoding="utf-8"), part), encoding="utf-8")
    print(part)
    return 1 if any(map(_is_missed, held)) else 0


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.detection", description=__doc__)
    parser.add_argument("--only", help="only trials with this in what they are about")
    parser.add_argument("--hours", type=float, default=168, help="how long all is well")
    parser.add_argument(
        "--pace", type=float, default=PACE_SECONDS, help="how often each speaks then, at most"
    )
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    return parser.parse_args()


def _held(trial: Trial, registry: Registry) -> Held:
    print(f"{trial.what} …", file=sys.stderr)
    return trial, [asyncio.run(hold(trial, device, registry)) for device in trial.devices]


def _is_missed(held: Held) -> bool:
    trial, findings = held
    return bool(trial.found_by) and any(one.delay_seconds is None for one in findings)


if __name__ == "__main__":
    sys.exit(main())
