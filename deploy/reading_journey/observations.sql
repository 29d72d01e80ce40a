-- What a reading gave that is, or was, in the database.
-- $1 integer, $2 bigint: partition and offset of the reading
-- $3 text: city; $4 text[]: names of things; $5 timestamptz[]: begins of the phenomenon
select
    datastream_id, d.name as datastream, t.name as thing, o.phenomenon_start, o.phenomenon_end,
    o.result_number, o.result_json, o.quality, o.sequence, o.published_at, null as replaced_at
from thing as t
join datastream as d using (thing_id)
join observation as o using (datastream_id)
where t.city = $3 and t.name = any($4) and o.phenomenon_start = any($5)
    and o.reading_partition = $1 and o.reading_offset = $2
union all
select
    datastream_id, d.name, t.name, v.phenomenon_start, v.phenomenon_end,
    v.result_number, v.result_json, v.quality, v.sequence, v.published_at, v.replaced_at
from thing as t
join datastream as d using (thing_id)
join observation_version as v using (datastream_id)
where t.city = $3 and t.name = any($4) and v.phenomenon_start = any($5)
    and v.reading_partition = $1 and v.reading_offset = $2
order by sequence
