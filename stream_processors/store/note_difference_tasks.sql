-- Note where the batch touched registers, to the minute: no interval begins within one. What turns
-- out to be no news is noted too; its differences are made again to what they were.
insert into difference_task (datastream_id, touched)
select distinct
    i.datastream_id, date_bin('1 minute', i.phenomenon_start, timestamptz '2000-01-01 00:00+00')
from incoming as i
join difference as d on d.register_id = i.datastream_id
