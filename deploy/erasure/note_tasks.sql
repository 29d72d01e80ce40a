-- Let the quarters of what is removed be summed up again.
insert into aggregate_task (datastream_id, bucket_start)
select distinct
    datastream_id, date_bin('15 minutes', phenomenon_start, timestamptz '2000-01-01 00:00+00')
from removed
