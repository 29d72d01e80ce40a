-- Let the hours and days in which something of the erased time may be summed up be published anew,
-- as if they never had been.
-- $1 integer[]: datastreams; $2 interval[]: lengths of their intervals
-- $3 timestamptz, $4 timestamptz: begin and end
with held as (
    select y.datastream_id, y.period, y.bucket_start
    from unnest($1::integer[], $2::interval[]) as w (datastream_id, length)
    join summary as y using (datastream_id)
    where y.sequence > 0 and y.bucket_start < $4 and y.bucket_end > $3::timestamptz - w.length
    -- In the aggregator's order, so that neither waits for the other in a circle.
    order by y.period desc, y.datastream_id, y.bucket_start
    for update of y
)
update summary as y
set changed_at = clock_timestamp(), sequence = 0, withdrawn = false
from held as h
where (y.datastream_id, y.period, y.bucket_start)
    = (h.datastream_id, h.period, h.bucket_start)
