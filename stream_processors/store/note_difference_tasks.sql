-- Note where the batch touched registers, to the minute: no interval begins within one. What turns
-- out to be no news is noted too; its differences are made again to what they were.
-- $1 integer[]: the registers in the batch
insert into difference_task (datastream_id, touched)
select distinct
    datastream_id, date_bin('1 minute', phenomenon_start, timestamptz '2000-01-01 00:00+00')
from incoming
where datastream_id = any($1)
