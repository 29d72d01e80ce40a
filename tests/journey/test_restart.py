"""Stopped and started again with the same data: nothing lost, skipped or doubled."""

import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journey.running import Up, children_of, eventually, is_alive, up
from tests.journey.test_journey import HOUR, telraam

HOURS = 40

SERVICES = [
    pytest.param("embedded", marks=pytest.mark.embedded),
    pytest.param("real", marks=pytest.mark.real),
]


@pytest.mark.parametrize("services", SERVICES)
def test_restart_loses_skips_and_doubles_nothing_and_leaves_no_process(
    tmp_path: Path, services: str
) -> None:
    tmp_path.chmod(0o755)
    for begin in (0, HOURS):
        with up(tmp_path, services=services) as platform:
            _publish(platform, begin, HOURS)
            if begin:
                _wait_for(platform, begin + HOURS)
            children = children_of(platform.process.pid)
            platform.stop()  # the first time with readings still on their way

        assert platform.process.returncode == 0
        assert len(children) >= 8
        assert not [pid for pid in children if is_alive(pid)]

    with up(tmp_path, services=services) as platform:
        _wait_for(platform, 2 * HOURS)
        found = platform.observations("leiedonk", "restart", "car")

    assert [one["result"] for one in found] == list(reversed(range(2 * HOURS)))


@pytest.mark.parametrize("services", SERVICES)
def test_killed_platform_leaves_no_process_and_starts_again(tmp_path: Path, services: str) -> None:
    tmp_path.chmod(0o755)
    with up(tmp_path, services=services) as platform:
        _publish(platform, 0, 3)
        eventually(lambda: _count(platform) == 3)
        children = children_of(platform.process.pid)
        platform.stop(with_signal=signal.SIGKILL)
        eventually(lambda: not [pid for pid in children if is_alive(pid)])

    with up(tmp_path, services=services) as platform:
        assert eventually(lambda: _count(platform) == 3)


def _publish(platform: Up, begin: int, number: int) -> None:
    with platform.device("leiedonk") as device:
        sent = [
            device.publish(
                "city/leiedonk/telraam/v2/restart",
                json.dumps(telraam(HOUR - timedelta(hours=hour), car=hour)),
                qos=1,
            )
            for hour in range(begin, begin + number)
        ]
        for message in sent:
            message.wait_for_publish(30)


def _wait_for(platform: Up, number: int) -> None:
    eventually(lambda: _count(platform) == number)


def _count(platform: Up) -> int:
    return len(platform.observations("leiedonk", "restart", "car"))
