"""Tests that go on from each other stay on one worker."""

import pytest


@pytest.mark.xdist_group("alone")
def test_group_is_known_to_who_hands_tests_out(request: pytest.FixtureRequest) -> None:
    """Without it they are spread, and every worker starts servers of its own for them."""
    if hasattr(request.config, "workerinput"):
        assert request.node.nodeid.endswith("@alone")
