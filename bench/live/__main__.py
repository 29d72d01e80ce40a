"""`python -m bench.live`: a table, and JSON beside it on request."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from bench.live.arms import (
    THINGS,
    Frozen,
    Load,
    Outcome,
    freeze,
    listen,
    of_one_thing,
    of_some_streams,
    staged,
)

_OTHERS = 100  # clients beside the frozen ones
_HEAD = (
    "| who listens | clients | deliveries/s | had of all | MB/s | p50 ms | p99 ms"
    " | cores | KiB a client |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |"
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What all arms found."""

    things: Outcome
    streams: Outcome
    everything: Outcome
    frozen: Frozen


async def _measure(wishes: argparse.Namespace) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            load = Load(wishes.clients, wishes.rate, 1 / THINGS, wishes.seconds)
            whole = load._replace(clients=wishes.everything, share=1.0)
            return Found(
                things=await listen(stage, of_one_thing(wishes.clients), load),
                streams=await listen(stage, of_some_streams(wishes.clients), load),
                everything=await listen(stage, [""] * wishes.everything, whole),
                frozen=await freeze(stage, wishes.frozen, whole._replace(clients=_OTHERS)),
            )


def _row(name: str, one: Outcome) -> str:
    cells = (
        name,
        f"{one.clients:,}",
        f"{one.deliveries_per_second:,.0f}",
        f"{one.share:.4f}",
        f"{one.megabytes_per_second:,.1f}",
        f"{one.p50_ms:,.0f}",
        f"{one.p99_ms:,.0f}",
        f"{one.server_cores:.2f}",
        f"{one.client_kib:.1f}" if one.client_kib else "",
    )
    return f"| {' | '.join(cells)} |"


def _table(found: Found) -> str:
    rows = [
        _row("one of 100 things each", found.things),
        _row("ten datastreams each, 1,000 different tens", found.streams),
        _row("everything", found.everything),
        _row("everything, before others freeze", found.frozen.before),
        _row(f"everything, beside {found.frozen.clients} frozen ones", found.frozen.others),
    ]
    gone = f"{found.frozen.clients} frozen clients were gone after {found.frozen.gone_seconds} s."
    return "\n".join([_HEAD, *rows, "", gone])


def main() -> int:
    """Run what the command line asks for, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--clients", type=int, default=10_000, help="with filters")
    parser.add_argument("--everything", type=int, default=1000, help="clients of everything")
    parser.add_argument("--frozen", type=int, default=200, help="clients that stop reading")
    parser.add_argument("--rate", type=int, default=1000, help="observations a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--json", type=Path, help="file for what was found")
    wishes = parser.parse_args()
    found = asyncio.run(_measure(wishes))
    if wishes.json:
        wishes.json.write_bytes(msgspec.json.encode(found))
    print(_table(found))
    return 0 if found.frozen.others.share == 1.0 else 1


if __name__ == "__main__":
    sys.exit(main())
