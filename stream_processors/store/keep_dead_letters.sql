-- Keep dead letters for people, each once.
-- $1 … $14: arrays of the columns, in this order; rejections as JSON text, reasons as an array
--     written as text (PostgreSQL has no arrays of arrays of different lengths)
insert into dead_letter (
    city, source, received_time, station, channel, profile, profile_version, reasons, rejections,
    payload, payload_bytes, payload_sha256, reading_partition, reading_offset
)
select
    city, source, received_time, station, channel, profile, profile_version, reasons::text[],
    rejections::jsonb, payload, payload_bytes, payload_sha256, reading_partition, reading_offset
from unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::integer[],
    $8::text[], $9::text[], $10::bytea[], $11::bigint[], $12::text[], $13::integer[], $14::bigint[]
) as d (
    city, source, received_time, station, channel, profile, profile_version, reasons, rejections,
    payload, payload_bytes, payload_sha256, reading_partition, reading_offset
)
on conflict do nothing
