-- Look for last values that the broker must not keep: of what is open no more or not there any more,
-- what lies under the topic of a former theme, and what was removed without anything newer in its place; with the begin of the newest that is left.
-- Where something newer was sent, the broker has that, and what was removed is settled.
-- $1 bigint: sequence up to which everything was sent
with replaced as (
    select r.datastream_id
    from mqtt_retained as r
    join latest as l using (datastream_id)
    where l.phenomenon_start >= r.removed_start and l.sequence <= $1
    order by r.datastream_id
    for update of r skip locked
),
settled as (
    update mqtt_retained as r
    set removed_start = null
    from replaced as p
    where r.datastream_id = p.datastream_id
)
select r.datastream_id, r.topic, l.phenomenon_start
from mqtt_retained as r
left join datastream as d using (datastream_id)
left join dataset as s using (dataset_id)
left join latest as l using (datastream_id)
where d.open is not true
    or r.topic <> format('live/%s/%s/%s', s.city, s.theme, r.datastream_id)
    or r.removed_start is not null
        and (l.phenomenon_start is null or l.phenomenon_start < r.removed_start)
order by r.datastream_id
