"""CPU time and memory of processes, from /proc.

A process is counted with all that descend from it. The time of a descendant that ended is in its
parent's account of children, so that PostgreSQL's sessions are whole, whenever they end.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bench.results import Cost
from schemas.errors import Unavailable

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KIB: Final = 1024


class Stat(NamedTuple):
    """What /proc/PID/stat says.

    Attributes:
        pid: the process.
        parent: its parent.
        cpu_seconds: its own and that of its children that ended.
    """

    pid: int
    parent: int
    cpu_seconds: float


class Reading(NamedTuple):
    """What a meter tells.

    Attributes:
        costs: by process; `bench` is the one that measures.
        machine_seconds: CPU time of the whole computer, other programs' too.
    """

    costs: dict[str, Cost]
    machine_seconds: float


def parse_stat(line: str) -> Stat:
    """Read /proc/PID/stat; the name in it may hold anything."""
    head, _, tail = line.rpartition(")")
    fields = tail.split()
    # state, ppid, then from the 12th on: utime, stime, cutime, cstime
    return Stat(int(head.split()[0]), int(fields[1]), sum(map(int, fields[11:15])) / _TICKS)


def spent(pids: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each process with its descendants, so far."""
    stats = {stat.pid: stat for stat in _stats()}
    families = _families(stats)
    return {
        name: sum(stats[one].cpu_seconds for one in _family(pid, families) if one in stats)
        for name, pid in pids.items()
    }


def costs(
    pids: Mapping[str, int], before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, Cost]:
    """Return what each process has cost between two moments, and its memory."""
    peaks = peaks_mib(pids)
    return {
        name: Cost(cpu_seconds=round(after[name] - before[name], 3), memory_mib=peaks[name])
        for name in pids
    }


def peaks_mib(pids: Mapping[str, int]) -> dict[str, float]:
    """Return the peak of each process's memory since it started, its descendants' included."""
    families = _families({stat.pid: stat for stat in _stats()})
    return {
        name: round(_memory_bytes(_family(pid, families)) / _KIB**2, 1)
        for name, pid in pids.items()
    }


class Meter:
    """Counts what processes cost from now on.

    Args:
        pids: by name.
    """

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._machine = machine_seconds()
        self._before = spent(pids)
        self._own = time.process_time()

    def read(self) -> Reading:
        """Return what they have cost, and what the computer has worked.

        Raises:
            Unavailable: one of them has ended meanwhile.
        """
        after, machine, own = spent(self._pids), machine_seconds(), time.process_time()
        if ended := [name for name, pid in self._pids.items() if not (_PROC / str(pid)).exists()]:
            raise Unavailable(f"ended during the measurement: {', '.join(ended)}; see the logs")
        found = costs(self._pids, self._before, after)
        bench = Cost(cpu_seconds=round(own - self._own, 3), memory_mib=0.0)
        return Reading({**found, "bench": bench}, round(machine - self._machine, 3))


def machine_seconds() -> float:
    """Return the CPU seconds that the whole computer has worked since it started."""
    fields = (_PROC / "stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, fields[:8])
    return (user + nice + system + interrupts + soft + stolen) / _TICKS


def parts_of(parent: int) -> dict[str, int]:
    """Return the platform's own processes among a process's children, by their names."""
    found = {}
    for stat in _stats():
        if stat.parent == parent and (words := _command_line(stat.pid)):
            *_, before, name = ("", "", *words)
            if before == "run":
                found[name] = stat.pid
    return found


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    return list(_family(pid, _families({stat.pid: stat for stat in _stats()})))


def peak_bytes(statuses: Iterator[Mapping[str, int]]) -> int:
    """Return the peak of processes that share memory: what they share is counted once.

    Args:
        statuses: sizes in bytes by their names in /proc/PID/status.
    """
    alone, shared = 0, 0
    for status in statuses:
        common = status.get("RssShmem", 0) + status.get("RssFile", 0)
        alone += max(0, status.get("VmHWM", 0) - common)
        shared = max(shared, common)
    return alone + shared


def _memory_bytes(pids: Iterator[int]) -> int:
    return peak_bytes(status for pid in pids if (status := _status(pid)))


def _status(pid: int) -> dict[str, int]:
    try:
        lines = (_PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines if line.endswith(" kB"))
    return {name: int(value.split()[0]) * _KIB for name, value in pairs}


def _stats() -> Iterator[Stat]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield parse_stat((folder / "stat").read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue  # it ended while we looked


def _families(stats: Mapping[int, Stat]) -> dict[int, list[int]]:
    children = defaultdict(list)
    for stat in stats.values():
        children[stat.parent].append(stat.pid)
    return children


def _family(pid: int, families: Mapping[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in families.get(pid, ()):
        yield from _family(child, families)


def _command_line(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "cmdline").read_text(encoding="utf-8").split("\0")[:-1]
    except OSError:
        return []
