"""Registers of a scene: datastreams with numbers for names."""

import asyncpg

_CATALOGUE = """
insert into city values ('stad-a', 'A', 'Europe/Brussels') on conflict do nothing;
insert into dataset (city, theme, title, description, licence, access)
    values ('stad-a', 'x', '', '', '', 'open') on conflict do nothing;
insert into thing (city, profile, name, title, description)
    values ('stad-a', 'v/m', 't', '', '') on conflict do nothing;
insert into sensor (profile, version, name, description, encoding_type, metadata)
    values ('v/m', 1, '', '', '', '') on conflict do nothing;
insert into observed_property (code, theme, name, definition, description)
    values ('p', 'x', '', '', '') on conflict do nothing;
"""
_DATASTREAM = """
insert into datastream overriding system value
select $1::integer, t.thing_id, s.sensor_id, p.observed_property_id, d.dataset_id, $1::text, 'm3',
    $2, '', '', '', '{}', true
from thing as t, sensor as s, observed_property as p, dataset as d
"""
_DIFFERENCE = "insert into difference values ($1, $2, $3, $4, $5, $6)"


async def declare(
    connection: "asyncpg.Connection[asyncpg.Record]",
    register: int,
    *,
    interval_seconds: int = 900,
    rolls_over_at: float | None = None,
    most: float | None = None,
    restarts: bool = False,
) -> None:
    """Let a datastream be a register; that of its differences has a number 100 above."""
    await connection.execute(_CATALOGUE)
    await connection.execute(_DATASTREAM, register, 0)
    await connection.execute(_DATASTREAM, register + 100, interval_seconds)
    await connection.execute(
        _DIFFERENCE, register, register + 100, interval_seconds, rolls_over_at, most, restarts
    )
