-- Observations of the datastreams that a caller may read.
select
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.result_number,
    o.result_json, o.quality, o.sequence, o.published_at, o.received_time, o.raw_result, d.thing_id,
    d.open or d.dataset_id in (select s.dataset_id from dataset s where s.city = any(:cities))
        as readable
from observation o
join datastream d on d.datastream_id = o.datastream_id
where d.open or d.dataset_id in (select s.dataset_id from dataset s where s.city = any(:cities))
