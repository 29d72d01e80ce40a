-- Keep dead letters for people, each once. One that was replayed and is rejected again is open
-- again, with the reason of now.
-- $1 … $14: arrays of the columns, in this order; rejections as JSON text, reasons as an array
--     written as text (PostgreSQL has no arrays of arrays of different lengths)
with letter as (
    -- In one order for every process, so that two never wait for each other.
    select distinct on (source, received_time, payload_sha256, station) *
    from unnest(
        $1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
        $7::integer[], $8::text[], $9::text[], $10::bytea[], $11::bigint[], $12::text[],
        $13::integer[], $14::bigint[]
    ) with ordinality as l (
        city, source, received_time, station, channel, profile, profile_version, reasons,
        rejections, payload, payload_bytes, payload_sha256, reading_partition, reading_offset,
        place
    )
    order by source, received_time, payload_sha256, station, place desc
)
insert into dead_letter as d (
    city, source, received_time, station, channel, profile, profile_version, reasons, rejections,
    payload, payload_bytes, payload_sha256, reading_partition, reading_offset
)
select
    city, source, received_time, station, channel, profile, profile_version, reasons::text[],
    rejections::jsonb, payload, payload_bytes, payload_sha256, reading_partition, reading_offset
from letter
order by received_time, source, payload_sha256, station
on conflict (source, received_time, payload_sha256, station) do update set
    profile = excluded.profile,
    profile_version = excluded.profile_version,
    reasons = excluded.reasons,
    rejections = excluded.rejections,
    reading_partition = excluded.reading_partition,
    reading_offset = excluded.reading_offset,
    replayed_at = null
where d.replayed_at is not null
