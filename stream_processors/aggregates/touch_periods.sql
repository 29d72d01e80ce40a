-- Tell which hours or days the touched quarters lie in. Hours and days are those of the city's
-- time zone: a day has 23, 24 or 25 hours, and begins on a whole hour of its own.
-- $1 text: hour or day
with period as (
    select distinct datastream_id, date_trunc($1, bucket_start, zone) as bucket_start, zone
    from touched
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
