"""CPU time and memory are those of a process with all that descends from it."""

import os
import subprocess
import sys
import time

import pytest

from bench.processes import Meter, parse_stat, peak_bytes
from schemas.errors import Unavailable

_WORK = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
_PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {_WORK!r}])\nprint()\n"


def test_a_name_may_hold_anything() -> None:
    fields = "S 7 1 1 0 -1 4194560 1 0 0 0 100 200 300 400 20 0 1 0 5 0 0"
    stat = parse_stat(f"42 (a) b ( c) {fields}")

    assert (stat.pid, stat.parent) == (42, 7)
    assert stat.cpu_seconds == pytest.approx(1000 / os.sysconf("SC_CLK_TCK"))


def test_the_time_of_children_that_ended_is_counted() -> None:
    program = _PARENT + "input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        meter = Meter({"parent": process.pid})
        assert process.stdout is not None
        process.stdout.readline()
        cost = meter.read().costs["parent"]
        process.communicate(b"\n")

    assert cost.cpu_seconds >= 0.3
    assert cost.memory_mib > 1


def test_a_process_that_ended_spoils_the_measurement() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        meter = Meter({"gone": process.pid})
        process.communicate(b"\n")

    with pytest.raises(Unavailable, match="gone"):
        meter.read()


def test_our_own_work_is_told() -> None:
    meter = Meter({})
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass

    assert meter.read().costs["bench"].cpu_seconds >= 0.05


def test_shared_memory_is_counted_once() -> None:
    sessions = [{"VmHWM": 130, "RssShmem": 100, "RssFile": 10}] * 3

    assert peak_bytes(iter(sessions)) == 3 * 20 + 110
