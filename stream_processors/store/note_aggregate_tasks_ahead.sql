-- Note the quarters of an hour of a batch in which everything seems new: the same as
-- note_aggregate_tasks.sql, outside of the lane. One too many is summed up to what it was.
insert into aggregate_task (datastream_id, bucket_start)
select distinct
    datastream_id, date_bin('15 minutes', phenomenon_start, timestamptz '2000-01-01 00:00+00')
from incoming
