-- Take away the pages that are older than their dataset is kept, all of whose members are then.
-- What is left of a day in which others are kept stays until the last of them goes.
with rule as (
    select
        s.event_stream_id,
        now() - (
            d.properties -> 'retention'
            ->> case s.kind when 'observations' then 'observations' else 'aggregates' end
        )::interval as kept_from
    from event_stream as s
    join dataset as d using (dataset_id)
)
update event_page as p
set retired_at = now()
from rule as r
where p.event_stream_id = r.event_stream_id
    and p.retired_at is null
    and p.upper_time <= r.kept_from
returning p.event_stream_id
