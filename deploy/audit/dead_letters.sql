-- Dead letters of readings, and of those whose dead letter's time is over.
-- $1 text[], $2 timestamptz[], $3 text[]: sources, when the readings were received, cities
with wanted as (
    select distinct *
    from unnest($1::text[], $2::timestamptz[], $3::text[]) as w (source, received_time, city)
)
select source, received_time, reading_partition, reading_offset
from wanted
join dead_letter using (source, received_time)
union all
select w.source, w.received_time, -1, -1
from wanted as w
join retention_log as r on r.city in (w.city, '') and w.received_time < r.removed_before
where r.what = 'dead_letter'
