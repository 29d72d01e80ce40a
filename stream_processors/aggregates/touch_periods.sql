-- Tell which hours or days the touched quarters lie in. Hours and days are those of the city's
-- time zone: a day has 23, 24 or 25 hours, and begins on a whole hour of its own.
-- $1 text: hour or day
with place as (
    select t.datastream_id, t.bucket_start, coalesce(c.time_zone, 'UTC') as zone
    from touched as t
    left join datastream as d using (datastream_id)
    left join thing using (thing_id)
    left join city as c using (city)
),
period as (
    select distinct datastream_id, date_trunc($1, bucket_start, zone) as bucket_start, zone
    from place
)
insert into touched_period
select
    datastream_id,
    bucket_start,
    case $1
        when 'hour' then bucket_start + interval '1 hour'
        -- 26 hours after its beginning every day is over, and the next is not.
        else date_trunc('day', bucket_start + interval '26 hours', zone)
    end
from period
