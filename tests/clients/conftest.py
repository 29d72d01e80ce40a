"""A platform with some data, for clients that others made."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.clients.site import Site, site_in
from tests.journey.running import Up, eventually, up
from tests.journey.test_journey import HOUR, telraam

OBSERVATIONS = 250


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An embedded platform that clients of event streams reach through a reverse proxy."""
    with site_in(tmp_path_factory.mktemp("event-streams")) as running:
        yield running


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An embedded platform with one counter's observations, more than a page of them."""
    data_dir = tmp_path_factory.mktemp("clients")
    data_dir.chmod(0o755)
    with up(data_dir, services="embedded") as running:
        lines = [
            json.dumps(telraam(HOUR - timedelta(hours=number), car=number))
            for number in range(OBSERVATIONS)
        ]
        answer = running.post(
            "/ingest/leiedonk/telraam/v2/zilverbrug",
            city="leiedonk",
            content="\n".join(lines),
            headers={"Content-Type": "application/x-ndjson"},
        )
        answer.raise_for_status()
        eventually(lambda: running.observations("leiedonk", "zilverbrug", "v85"))
        eventually(lambda: _all_are_there(running))
        yield running


def _all_are_there(running: Up) -> bool:
    return len(running.observations("leiedonk", "zilverbrug", "car")) == OBSERVATIONS
