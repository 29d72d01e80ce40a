"""Times as people write them on the command line."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from deploy.instants import instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T10:00+01:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T10:00:05Z", datetime(2026, 3, 1, 10, 0, 5, tzinfo=UTC)),
    ],
)
def test_date_and_time_are_read(text: str, expected: datetime) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("36h", 36), ("7d", 168), ("2w", 336)])
def test_so_long_ago_is_counted_from_now(text: str, hours: float) -> None:
    ago = datetime.now(UTC) - instant(text)

    assert abs(ago - timedelta(hours=hours)) < timedelta(minutes=5)


@pytest.mark.parametrize("text", ["", "yesterday", "7", "7y", "-1d", "999999w", "2026-13-01"])
def test_what_is_no_time_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="2026-03-01"):
        instant(text)
