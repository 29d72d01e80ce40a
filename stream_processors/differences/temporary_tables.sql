-- Intervals of registers in which readings came, changed or went; emptied at each commit. Run once
-- on a connection.
create temporary table touched_register (
    register_id integer not null,
    datastream_id integer not null,
    length interval not null,
    start timestamptz not null,
    -- first and last minute that was touched in it
    first timestamptz not null,
    last timestamptz not null
) on commit delete rows;
