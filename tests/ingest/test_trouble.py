"""Repeated trouble in the log."""

import logging

import pytest

from ingest.trouble import Trouble


def test_repeated_trouble_is_told_once_in_an_interval(caplog: pytest.LogCaptureFixture) -> None:
    seconds = iter([0.0, 1.0, 2.0, 31.0])
    trouble = Trouble(logging.getLogger("test"), clock=lambda: next(seconds))

    for _ in range(4):
        trouble.tell("kafka.unavailable", error="down")

    assert caplog.messages == ["kafka.unavailable"] * 2
    assert [vars(one)["facts"] for one in caplog.records] == [
        {"error": "down", "repeated": 0},
        {"error": "down", "repeated": 2},
    ]


def test_trouble_that_was_over_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(logging.getLogger("test"), clock=lambda: 0.0)

    trouble.tell("mqtt.lost")
    trouble.over("mqtt.lost")
    trouble.tell("mqtt.lost")

    assert len(caplog.messages) == 2
