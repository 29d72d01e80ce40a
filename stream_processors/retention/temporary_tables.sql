-- What a transaction removes, by row and by datastream; emptied at each commit. Run on a
-- connection.
create temporary table if not exists removed (
    datastream_id integer not null,
    phenomenon_start timestamptz not null,
    result_time timestamptz not null,
    published_at timestamptz not null,
    sequence bigint not null
) on commit delete rows;

create temporary table if not exists lost (
    datastream_id integer not null,
    observations bigint not null,
    first_start timestamptz not null,
    last_start timestamptz not null,
    first_result timestamptz not null,
    last_result timestamptz not null
) on commit delete rows;
