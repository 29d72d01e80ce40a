-- What was measured. The key makes a redelivered reading harmless.

-- No foreign key to datastream: its check would cost on every row, the catalogue deletes nothing,
-- and the store registers a datastream before its first row.
create table observation (
    datastream_id integer not null,
    reading_partition integer not null,
    phenomenon_start timestamptz not null,
    phenomenon_end timestamptz,
    result_time timestamptz not null,
    published_at timestamptz not null,
    received_time timestamptz not null,
    sequence bigint not null,
    reading_offset bigint not null,
    result_number double precision,
    -- a truth value, text or a document; exactly one of the two results is set
    result_json jsonb,
    -- codes of the flags raised; null is none, which is nearly always and costs no byte
    quality text[],
    -- the result as the device gave it, where it was converted or doubted
    raw_result jsonb,
    primary key (datastream_id, phenomenon_start),
    check ((result_number is null) <> (result_json is null))
);

-- What was once current: corrected by a later result, or withdrawn after a mended profile.
create table observation_version (
    like observation,
    replaced_at timestamptz not null,
    replaced_by bigint not null,
    withdrawn boolean not null default false,
    primary key (datastream_id, phenomenon_start, sequence)
);

-- One row: the lane in which sequence and published_at are given.
create table publication_lane (
    only_row boolean primary key default true check (only_row),
    last_sequence bigint not null default 0,
    last_published_at timestamptz not null default 'epoch',
    -- observations that bear last_published_at already
    published_in_last integer not null default 0
);
insert into publication_lane default values;

-- The one ordered log that everything live tails: a row for each committed batch.
create table publication (
    first_sequence bigint primary key,
    last_sequence bigint not null unique,
    published_from timestamptz not null,
    published_to timestamptz not null,
    observation_count integer not null,
    batch bytea not null
);
alter table publication alter column batch set storage external; -- compressed already
create index publication_published_to on publication (published_to);

-- Newest observation and extents of a datastream, kept by the store for each batch.
create table latest (
    datastream_id integer primary key,
    phenomenon_start timestamptz not null,
    phenomenon_end timestamptz,
    result_time timestamptz not null,
    published_at timestamptz not null,
    sequence bigint not null,
    result_number double precision,
    result_json jsonb,
    quality text[],
    first_phenomenon_start timestamptz not null,
    last_phenomenon_end timestamptz not null,
    first_result_time timestamptz not null,
    last_result_time timestamptz not null,
    observation_count bigint not null
) with (fillfactor = 50); -- room on the page, so that an update stays on it

-- Quarters of an hour that a batch touched, to be summed up again. Every batch adds its own rows and
-- takes none away, so that the store never waits for the aggregator; the same quarter may be there
-- twice. A shard is worked on by one process at a time.
create table aggregate_task (
    task_id bigint generated always as identity,
    shard smallint generated always as (datastream_id % 16) stored,
    datastream_id integer not null,
    bucket_start timestamptz not null,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (shard, task_id)
);

create table aggregate (
    datastream_id integer not null,
    period text not null check (period in ('quarter', 'hour', 'day')),
    bucket_start timestamptz not null,
    bucket_end timestamptz not null,
    -- numbers without a flag of severity error; the others are only counted
    count bigint not null,
    flagged_count bigint not null,
    sum double precision,
    sum_of_squares double precision,
    minimum double precision,
    maximum double precision,
    first double precision,
    last double precision,
    computed_at timestamptz not null default now(),
    primary key (datastream_id, period, bucket_start)
);
