-- Where a version of an hour or a day is: in a closed page, or among what waits for one.
-- $1 int dataset, $2 text kind of its stream, $3 bigint sequence
select
    (
        select p.name from event_page as p
        where p.event_stream_id = s.event_stream_id
            and p.last_sequence >= $3 and p.first_sequence <= $3 and p.retired_at is null
        order by p.last_sequence limit 1
    ) as page,
    (
        select w.batch from event_waiting as w
        where w.event_stream_id = s.event_stream_id and w.last_sequence >= $3
        order by w.last_sequence limit 1
    ) as batch
from event_stream as s
where s.dataset_id = $1 and s.kind = $2
