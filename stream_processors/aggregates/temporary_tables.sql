-- What is to be summed up again; emptied at each commit. Run once on a connection.

-- By itself TimescaleDB asks of every single lookup which chunks it may need, which takes longer than
-- to look into those that the times of the batch leave.
set timescaledb.enable_runtime_exclusion = off;

create temporary table touched (
    datastream_id integer not null,
    bucket_start timestamptz not null,
    zone text not null
) on commit delete rows;

create temporary table touched_period (
    datastream_id integer not null,
    bucket_start timestamptz not null,
    bucket_end timestamptz not null
) on commit delete rows;
