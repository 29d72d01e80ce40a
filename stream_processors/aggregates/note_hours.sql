-- Note the hours of the city that the touched quarters lie in, for the figures of quality.
insert into quality_task (datastream_id, hour_start)
select distinct t.datastream_id, date_trunc('hour', t.bucket_start, coalesce(c.time_zone, 'UTC'))
from touched as t
left join datastream as d using (datastream_id)
left join thing using (thing_id)
left join city as c using (city)
