-- Let last values be taken back that are not the newest any more, where what followed is not sent.
-- $1 bigint: sequence up to which everything was sent
update mqtt_retained as r
set removed_start = 'infinity'
from (
    select k.datastream_id
    from mqtt_retained as k
    left join latest as l using (datastream_id)
    where l.sequence is null or l.sequence > $1
    order by k.datastream_id
    for update of k
) as o
where r.datastream_id = o.datastream_id
