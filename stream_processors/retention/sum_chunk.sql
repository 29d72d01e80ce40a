-- What datastreams lose of their observations by a chunk that goes.
-- $1 timestamptz: begin of the chunk
-- $2 timestamptz: its end
insert into lost
select
    datastream_id, count(*), min(phenomenon_start), max(phenomenon_start), min(result_time),
    max(result_time)
from observation
where phenomenon_start >= $1 and phenomenon_start < $2
group by datastream_id
