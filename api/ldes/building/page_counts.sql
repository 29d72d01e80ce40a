-- How many pages hang on each node of the day of a stream's newest page.
select p.event_stream_id, p.bucket, count(*)::integer as pages
from event_stream as s
cross join lateral (
    select left(bucket, 10) as name
    from event_page
    where event_stream_id = s.event_stream_id
    order by page desc
    limit 1
) as day
join event_page as p
    on p.event_stream_id = s.event_stream_id
    and p.bucket >= day.name
    and p.bucket < day.name || 'U' -- the letter after T
group by 1, 2
