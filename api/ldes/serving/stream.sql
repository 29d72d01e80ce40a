-- A dataset and its event stream of a kind, how far its pages are, and what retention took away.
-- $1 text city, $2 text theme, $3 text kind
select
    d.dataset_id, d.city, d.theme, d.licence, d.access = 'open' as open, d.title,
    d.properties -> 'title' as titles, d.changed_time,
    coalesce(s.event_stream_id, 0) as event_stream_id, coalesce(s.open_page, 1) as open_page,
    coalesce(s.open_bucket, '') as open_bucket, s.lower_time,
    coalesce(s.closed_sequence, 0) as closed_sequence,
    coalesce(
        d.properties -> 'retention'
        ->> case $3::text when 'observations' then 'observations' else 'aggregates' end,
        ''
    ) as retention
from dataset as d
left join event_stream as s on s.dataset_id = d.dataset_id and s.kind = $3::text
where d.city = $1 and d.theme = $2
