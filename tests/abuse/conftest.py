"""Each of our two servers in turn."""

import pytest

from tests.abuse.servers import Serve, api_server, ingest_server


@pytest.fixture(params=[api_server, ingest_server], ids=["api", "ingest"])
def serving(request: pytest.FixtureRequest) -> Serve:
    """Return each of our two servers in turn."""
    found: Serve = request.param
    return found
