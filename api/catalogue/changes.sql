-- When each feed last told of a change; none that has told of nothing yet.
select feed, changed_time
from (select city from city union all values ('vocabulary'), ('catalogue')) f (feed)
cross join lateral (select max(published_at) as changed_time from chronicle where feed = f.feed) c
where changed_time is not null
