-- Erase the sums and figures that the erased time is in; what is left of hours and days is summed up
-- again from the quarters beside it.
-- $1 integer[]: datastreams; $2 timestamptz, $3 timestamptz: begin and end
with gone as (
    delete from aggregate
    where datastream_id = any($1) and bucket_start < $3 and bucket_end > $2
    returning datastream_id, bucket_start
),
again as (
    -- A quarter of the erased time: its hour and its day are summed up again with it. Not another
    -- one, whose observations retention may have removed already.
    insert into aggregate_task (datastream_id, bucket_start)
    select distinct
        datastream_id, greatest(bucket_start, date_bin('15 minutes', $2, '2000-01-01Z'))
    from gone
),
figures as (
    delete from quality_hour
    where datastream_id = any($1)
        and hour_start < $3 and hour_start > $2::timestamptz - interval '1 hour'
    returning 1
)
select (select count(*) from gone) + (select count(*) from figures)
