"""Rejections in the log."""

import logging
from datetime import UTC, datetime

import pytest

from schemas.journey import reading_id
from schemas.rejection_log import RejectionLog
from schemas.wire import NormalisedReading, Rejection

WHEN = datetime(2026, 11, 26, tzinfo=UTC)


def rejected(source: str, reason: str = "payload.malformed") -> NormalisedReading:
    return NormalisedReading(
        city="a", source=source, profile="v/m", partition=0, offset=0, received_time=WHEN,
        rejections=(Rejection(reason=reason, detail="secret"),),
    )  # fmt: skip


def test_a_kind_is_told_at_once_and_then_in_half_a_minute_with_the_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    seconds = iter([0.0, 1.0, 2.0, 31.0])
    rejections = RejectionLog(logging.getLogger("test"), clock=lambda: next(seconds))
    for number in range(4):
        rejections.tell(rejected(f"s{number}"))
    told = [vars(one)["facts"] for one in caplog.records]

    assert [(one["source"], one["repeated"]) for one in told] == [("s0", 0), ("s3", 2)]
    assert told[0]["reading"] == reading_id("a", "s0", WHEN)


def test_other_reasons_are_told_by_themselves_and_never_what_the_payload_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    rejections = RejectionLog(logging.getLogger("test"), clock=lambda: 0.0)
    rejections.tell(rejected("s"))
    rejections.tell(rejected("s", "field.missing"))

    assert len(caplog.records) == 2
    assert not any("secret" in str(vars(one)) for one in caplog.records)
