-- The closed page in which a sequence lies, if it lies in one.
-- $1 int dataset, $2 bigint sequence
select p.name
from event_stream as s
join event_page as p on p.event_stream_id = s.event_stream_id
where s.dataset_id = $1 and s.kind = 'observations'
    and p.last_sequence >= $2 and p.first_sequence <= $2 and p.retired_at is null
order by p.last_sequence
limit 1
