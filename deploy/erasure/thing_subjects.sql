-- What a feed tells of a thing: itself, its sensors, its features of interest, its datastreams.
-- $1 integer: thing
select format('id/thing/%s', $1::integer)
union all
select distinct format('id/thing/%s/sensor/%s', thing_id, sensor_id)
from datastream
where thing_id = $1
union all
select format('id/feature-of-interest/%s', feature_of_interest_id)
from feature_of_interest
where thing_id = $1
union all
select format('id/datastream/%s', datastream_id)
from datastream
where thing_id = $1
