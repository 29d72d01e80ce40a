"""A process of ours that dies or falls asleep at a point: `python -m tests.faults.crashing`.

Words: point, how many times it is passed before, signal, and those of the `stadspuls` command.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from deploy import command
from deploy.part import Part
from deploy.stack.process import Command

POINTS = {
    "ingest.before-produce": ("ingest.kafka_lane", "Lane.fill"),
    "ingest.after-produce": ("ingest.kafka_lane", "Lane.confirm"),
    "normalise.before-produce": ("stream_processors.kafka_sink", "KafkaSink.send"),
    "normalise.after-produce": ("stream_processors.group_runner", "GroupRunner._commit"),
    "store.before-copy": ("stream_processors.store.transaction", "stage"),
    "store.between-copy-and-commit": ("stream_processors.store.lane", "_publish"),
    "store.before-commit": ("stream_processors.store.ledger", "Ledger.columns"),
    "store.after-commit": ("stream_processors.store.ownership", "Ownership.settle"),
}


def instrument(point: str, passes: int, number: signal.Signals) -> None:
    """Let this process send itself a signal when it comes to a point."""
    module, name = POINTS[point]
    owner: Any = import_module(module)
    *outer, last = name.split(".")
    for one in outer:
        owner = getattr(owner, one)
    setattr(owner, last, _fatal(getattr(owner, last), passes, number))


def _fatal(
    function: Callable[..., Any], passes: int, number: signal.Signals
) -> Callable[..., Any]:
    left = passes

    @wraps(function)
    def pass_by(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            left = sys.maxsize
            os.kill(os.getpid(), number)
        return function(*arguments, **named)

    return pass_by


class CrashingPart(Part):
    """A part that is started with a point at which it stops."""

    point = ""
    passes = 0
    number = signal.SIGKILL

    async def command(self) -> Command:
        """Run the same command under our eyes."""
        plain = await super().command()
        interpreter, _, _, *words = plain.program
        ours = (interpreter, "-m", __name__, self.point, str(self.passes), self.number.name)
        return Command(program=(*ours, *words), environment=plain.environment)


def main() -> int:
    """Run a command of `stadspuls` to the point."""
    point, passes, number, *words = sys.argv[1:]
    instrument(point, int(passes), signal.Signals[number])
    return command.main(words)


if __name__ == "__main__":
    sys.exit(main())
