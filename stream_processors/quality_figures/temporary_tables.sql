-- What is to be counted again; emptied at each commit. Run once on a connection.

-- As for the sums (aggregates/temporary_tables.sql).
set timescaledb.enable_runtime_exclusion = off;

create temporary table touched_hour (
    datastream_id integer not null,
    hour_start timestamptz not null
) on commit delete rows;
