"""The statements of every batch find their rows by key, in a table of any size."""

from typing import Any

import pytest

from schemas.publication import MAXIMUM_PER_MILLISECOND
from stream_processors.store.lane import _SQL
from tests.stream_processors.scene import NOON, Scene

_FILL = """
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time,
    published_at, received_time, sequence, reading_offset, result_number)
select series, 0, $1::timestamptz + minute * interval '1 minute', $1, $1, $1,
    series * 1000 + minute, 0, 1
from generate_series(1, 100) as series, generate_series(1, 1000) as minute
"""
_STAGE = """
insert into incoming (position, round, datastream_id, reading_partition, phenomenon_start,
    result_time, received_time, reading_offset, result_number, withdrawn, replayed,
    repeats)
select n, 0, n % 100 + 1, 0, $1::timestamptz + n * interval '1 minute', $1, $1, 0, 2,
    false, false, false
from generate_series(0, 499) as n
"""


@pytest.mark.parametrize("name", ["number_round", "correct", "mend_latest", "extend_latest"])
async def test_statement_of_a_batch_reads_no_table_through(shop: Scene, name: str) -> None:
    await shop.connection.execute(_FILL, NOON)
    await shop.connection.execute("analyze observation")
    session = await shop.sink._session.connection()
    async with session.transaction():
        await session.execute(_STAGE, NOON)
        bounds: tuple[Any, ...] = (NOON, NOON.replace(year=2027), MAXIMUM_PER_MILLISECOND)
        if name != "number_round":
            await session.fetch(_SQL["number_round"], 0, *bounds)
            bounds = ()
        plan = await session.fetch("explain (costs off) " + _SQL[name], 0, *bounds)

    lines = [row[0] for row in plan]
    # A hypertable's rows lie in its chunks; the table itself is empty, and may be looked at.
    table = "_hyper" if any("_hyper" in line for line in lines) else "observation"
    assert not [line for line in lines if f"Seq Scan on {table}" in line], "\n".join(lines)
