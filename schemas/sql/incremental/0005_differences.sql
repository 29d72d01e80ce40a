-- What registers counted in each interval: observations of datastreams beside theirs.

-- Which datastream holds the differences of which register, and how they are made; numbers are in
-- the register's unit.
create table difference (
    register_id integer primary key references datastream,
    datastream_id integer not null unique references datastream,
    interval_seconds integer not null check (interval_seconds > 0),
    -- the first number that the register cannot show; null is no such end
    rolls_over_at double precision,
    -- the most that is counted from one reading to the next; null is no limit
    most double precision,
    -- whether a lower value was counted from 0 on; else nothing is known about it
    restarts boolean not null
);

-- Registers and the minutes in which a batch touched them, for their differences to be made again.
-- Noted as aggregate_task is; a shard is worked on by one process at a time, which alone writes
-- the differences of its registers.
create table difference_task (
    task_id bigint generated always as identity,
    shard smallint generated always as (datastream_id % 16) stored,
    datastream_id integer not null,
    touched timestamptz not null,
    primary key (shard, task_id)
);
