-- Note all that there is of registers, so that their differences are made again.
-- $1 integer[]: their datastreams
insert into difference_task (datastream_id, touched)
select distinct
    datastream_id, date_bin('1 minute', phenomenon_start, timestamptz '2000-01-01 00:00+00')
from observation
where datastream_id = any($1)
