-- What is to be summed up again; emptied at each commit. Run once on a connection.
create temporary table touched (
    datastream_id integer not null,
    bucket_start timestamptz not null
) on commit delete rows;

create temporary table touched_period (
    datastream_id integer not null,
    bucket_start timestamptz not null,
    bucket_end timestamptz not null
) on commit delete rows;
