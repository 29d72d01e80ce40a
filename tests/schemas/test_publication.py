"""The bytes of the ordered log."""

from datetime import UTC, datetime

import pytest

from schemas.publication import PublishedObservation, pack, unpack
from schemas.wire import Result

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_batch_survives_packing() -> None:
    results: list[Result] = [1.5, True, "open", {"a": 1}]
    batch = [
        PublishedObservation(
            sequence=number,
            published_time=NOW,
            datastream_id=3,
            phenomenon_start=NOW,
            phenomenon_end=None,
            result_time=NOW,
            result=result,
            quality=("range.high",),
            change="corrected",
        )
        for number, result in enumerate(results)
    ]

    assert unpack(pack(batch)) == batch


def test_later_format_is_refused() -> None:
    with pytest.raises(ValueError, match="publication format"):
        unpack(b"\x02rest")
