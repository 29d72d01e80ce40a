-- What datastreams lose of their observations by what is removed.
insert into lost
select
    datastream_id, count(*), min(phenomenon_start), max(phenomenon_start), min(result_time),
    max(result_time)
from removed
group by datastream_id
