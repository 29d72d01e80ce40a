"""The statements of differences find their rows by key, in a table of any size."""

from datetime import timedelta
from typing import Any

import pytest

from stream_processors.differences import difference as module
from stream_processors.differences.difference import TEMPORARY_TABLES
from tests.stream_processors.differences.registers import declare
from tests.stream_processors.scene import NOON, Scene

_FILL = """
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time,
    published_at, received_time, sequence, reading_offset, result_number)
select series, 0, $1::timestamptz + minute * interval '1 minute', $1, $1, $1,
    series * 1000 + minute, 0, 1
from generate_series(1, 100) as series, generate_series(1, 1000) as minute
"""
_TOUCH = """
insert into touched_register
select 1, 101, interval '15 minutes', start, start, start + interval '14 minutes'
from generate_series($1::timestamptz, $1 + interval '12 hours', interval '15 minutes') as start
"""


@pytest.mark.parametrize("name", ["_FIND_INTERVALS", "_READ_REGISTERS", "_READ_DIFFERENCES"])
async def test_statement_of_differences_reads_no_table_through(shop: Scene, name: str) -> None:
    first, last = NOON, NOON + timedelta(hours=13)
    begins = [NOON + timedelta(minutes=15 * n) for n in range(50)]
    windows = ([1] * 50, begins, [begin + timedelta(minutes=45) for begin in begins])
    arguments: dict[str, tuple[Any, ...]] = {
        "_FIND_INTERVALS": (["range.high"], first, last),
        "_READ_REGISTERS": (*windows, ["range.high"], first, last),
        "_READ_DIFFERENCES": (*windows, first, last),
    }
    await declare(shop.connection, 1)
    await shop.connection.execute(_FILL, NOON)
    await shop.connection.execute("analyze observation")
    await shop.connection.execute(TEMPORARY_TABLES)
    async with shop.connection.transaction():
        await shop.connection.execute(_TOUCH, NOON)
        explain = "explain (costs off) " + getattr(module, name)
        plan = await shop.connection.fetch(explain, *arguments[name])

    lines = [row[0] for row in plan]
    # A hypertable's rows lie in its chunks; the table itself is empty, and may be looked at.
    table = "_hyper" if any("_hyper" in line for line in lines) else "observation"
    assert not [line for line in lines if f"Seq Scan on {table}" in line], "\n".join(lines)
