-- What a batch brings, and what of it is new; emptied at each commit. Run once on a connection.
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
    withdrawn boolean not null,
    replayed boolean not null
) on commit delete rows;

create temporary table changed (
    like incoming,
    change text not null,
    sequence bigint not null,
    published_at timestamptz not null,
    replaced_result_time timestamptz
) on commit delete rows;
