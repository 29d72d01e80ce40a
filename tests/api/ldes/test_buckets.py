"""Names and times of the inner nodes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ldes.buckets import DIRECT, ancestors, begin_of, bucket_of, end_of, is_bucket

NOON = datetime(2026, 1, 5, 10, 15, 3, 120_000, tzinfo=UTC)
TIMES = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds / 3, UTC))


def test_page_hangs_on_its_day() -> None:
    assert bucket_of(NOON, {}) == "2026-01-05"


def test_busy_day_sends_its_pages_to_its_hours_and_so_on() -> None:
    full = {"2026-01-05": DIRECT}
    assert bucket_of(NOON, full) == "2026-01-05T10"

    full["2026-01-05T10"] = DIRECT
    assert bucket_of(NOON, full) == "2026-01-05T10:15"
    assert bucket_of(NOON + timedelta(hours=1), full) == "2026-01-05T11"

    full["2026-01-05T10:15"] = full["2026-01-05T10:15:03"] = DIRECT
    assert bucket_of(NOON, full) == "2026-01-05T10:15:03"


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("2026", "2027-01-01T00:00:00"),
        ("2026-12", "2027-01-01T00:00:00"),
        ("2028-02", "2028-03-01T00:00:00"),
        ("2028-02-29", "2028-03-01T00:00:00"),
        ("2026-01-05T23", "2026-01-06T00:00:00"),
        ("2026-01-05T10:59", "2026-01-05T11:00:00"),
        ("2026-01-05T10:15:59", "2026-01-05T10:16:00"),
        ("9999", "9999-12-31T23:59:59.999999"),
    ],
)
def test_node_ends_where_the_next_begins(name: str, end: str) -> None:
    assert end_of(name) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    ["", "26", "2026-13", "2026-1", "2026-02-30", "2026-01-05T24", "2026-01-05 10", "202\uff16"],
)
def test_other_texts_name_no_node(name: str) -> None:
    assert not is_bucket(name)


def test_chain_leads_up_to_the_root() -> None:
    assert list(ancestors("2026-01-05T10")) == [
        ("2026", ""),
        ("2026-01", "2026"),
        ("2026-01-05", "2026-01"),
        ("2026-01-05T10", "2026-01-05"),
    ]


@given(TIMES, st.sets(st.sampled_from([10, 13, 16])))
def test_time_lies_within_every_node_above_it(time: datetime, full: set[int]) -> None:
    text = time.isoformat(timespec="seconds")
    bucket = bucket_of(time, {text[:length]: DIRECT for length in full})

    assert is_bucket(bucket)
    for name, _ in ancestors(bucket):
        assert begin_of(name) <= time < end_of(name)
