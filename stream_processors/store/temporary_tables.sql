-- What a batch brings, and what of it is new; emptied at each commit. Run once on a connection.
-- Either `changed` has rows, or, when everything is new, `numbering` has its one row.
create temporary table incoming (
    position integer not null,
    -- how often the key came before in this batch: the same key is dealt with in this order
    round integer not null,
    datastream_id integer not null,
    reading_partition integer not null,
    phenomenon_start timestamptz not null,
    phenomenon_end timestamptz,
    result_time timestamptz not null,
    received_time timestamptz not null,
    reading_offset bigint not null,
    result_number double precision,
    result_json jsonb,
    quality text[],
    raw_result jsonb,
    -- its reading, which is replayed, gave this before and gives it no more
    withdrawn boolean not null,
    replayed boolean not null,
    -- its reading, which is replayed, brought nothing of its own before
    repeats boolean not null
) on commit delete rows;

create temporary table changed (
    like incoming,
    change text not null,
    sequence bigint not null,
    published_at timestamptz not null,
    replaced_result_time timestamptz
) on commit delete rows;

create temporary table numbering (
    first_sequence bigint not null,
    from_time timestamptz not null,
    -- observations that bear from_time already, and may bear one millisecond
    slot integer not null,
    most integer not null
) on commit delete rows;

create temporary view fresh as
select
    round, datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time,
    published_at, received_time, sequence, reading_offset, result_number, result_json, quality,
    raw_result
from changed
where change = 'new'
union all
select
    round, datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time,
    from_time + ((slot + position) / most) * interval '1 millisecond', received_time,
    first_sequence + position, reading_offset, result_number, result_json, quality, raw_result
from incoming
cross join numbering;
