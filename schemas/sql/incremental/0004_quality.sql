-- How far datastreams can be relied on: complete, in time, without doubts. Kept by the processor
-- `quality` from the observations themselves, so that late data and corrections are in it.

-- Hours to be counted again, noted by the aggregator; the same hour may be there several times.
create table quality_task (
    task_id bigint generated always as identity,
    shard smallint generated always as (datastream_id % 16) stored,
    datastream_id integer not null,
    hour_start timestamptz not null,
    primary key (shard, task_id)
);

-- An hour of the city's zone, by phenomenon_start. An hour in which nothing came has no row.
create table quality_hour (
    datastream_id integer not null,
    hour_start timestamptz not null,
    observation_count integer not null,
    unflagged_count integer not null,
    -- by the worst flag of each observation
    warning_count integer not null,
    error_count integer not null,
    -- how many bear each flag, by its code; null is no flag at all
    flags jsonb,
    -- Delays as sketches (0200_delays.sql): buckets that are not empty, and how many lie in each.
    -- From the end of the phenomenon to the gateway, and from there to publication.
    arrival_buckets smallint[] not null,
    arrival_counts integer[] not null,
    publication_buckets smallint[] not null,
    publication_counts integer[] not null,
    primary key (datastream_id, hour_start)
);
create index quality_hour_start on quality_hour (hour_start);

-- A day's figures of a datastream: the 24 whole hours up to window_end.
create table datastream_quality (
    datastream_id integer primary key,
    -- how often a value is expected, and how that is known; null is not known
    every_seconds double precision,
    every_from text check (every_from in ('declared', 'interval', 'learned')),
    window_start timestamptz not null,
    window_end timestamptz not null,
    observation_count bigint not null,
    -- since the datastream began, within the window; null where no cadence is known
    expected_count bigint,
    unflagged_count bigint not null,
    warning_count bigint not null,
    error_count bigint not null,
    flags jsonb,
    -- within 5 % (sketches); null where nothing came
    arrival_p50_seconds double precision,
    arrival_p95_seconds double precision,
    publication_p50_seconds double precision,
    publication_p95_seconds double precision,
    computed_at timestamptz not null,
    check ((every_seconds is null) = (every_from is null))
);

-- The same of a dataset: of its open datastreams, if it has any, else of all.
create table dataset_quality (
    dataset_id integer primary key,
    window_start timestamptz not null,
    window_end timestamptz not null,
    datastream_count integer not null,
    observation_count bigint not null,
    -- of the datastreams whose cadence is known; what came of it counts to the expected at most
    expected_count bigint not null,
    completed_count bigint not null,
    unflagged_count bigint not null,
    warning_count bigint not null,
    error_count bigint not null,
    flags jsonb,
    arrival_p50_seconds double precision,
    arrival_p95_seconds double precision,
    publication_p50_seconds double precision,
    publication_p95_seconds double precision,
    computed_at timestamptz not null
);
