"""A whole arm with a profile of our processes, instead of a measurement."""

from pathlib import Path

from bench.benchmark import Bench, prepared
from bench.profiling import hottest, profiled
from bench.results import Arm
from bench.wishes import Wishes

_CALIBRATION = 5000


async def profile(wishes: Wishes, folder: Path) -> int:
    """Print where the time of the parts goes, and return the exit status.

    Args:
        wishes: which parts, and how long.
        folder: where the collapsed stacks are kept, for flame graphs.

    Raises:
        Misconfigured: py-spy is not installed.
        Unavailable: something did not come up.
    """
    async with prepared(wishes) as bench:
        arm = await _arm(bench, folder)
    for name in wishes.profile:
        cpu = 1e6 * arm.costs[name].cpu_seconds / arm.messages
        print(f"\n{name}: {cpu:.0f} us of CPU time a message; own % and whole % of the samples")
        lines = (folder / f"{name}.stacks").read_text(encoding="utf-8").splitlines()
        for one in hottest(lines):
            print(f"{one.own:7.1%} {one.whole:7.1%}  {one.function}")
    print(f"\n{arm.messages_per_second:,.0f} messages a second; stacks: {folder}")
    return 1 if arm.lost else 0


async def _arm(bench: Bench, folder: Path) -> Arm:
    rate = (await bench.whole(_CALIBRATION)).messages_per_second
    pids = bench.site.pids()
    wanted = {name: pids[name] for name in bench.wishes.profile}
    async with profiled(wanted, folder):
        return await bench.whole(int(rate * bench.wishes.seconds))
