-- Hours and days in which something of the erased time may be summed up: an observation counts
-- where its interval begins.
-- $1 integer[]: datastreams; $2 interval[]: lengths of their intervals
-- $3 timestamptz, $4 timestamptz: begin and end
select y.datastream_id, y.period, y.bucket_start
from unnest($1::integer[], $2::interval[]) as w (datastream_id, length)
join summary as y using (datastream_id)
where y.bucket_start < $4 and y.bucket_end > $3::timestamptz - w.length
