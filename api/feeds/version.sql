-- A version of an entity; the feed is that of a city, or of what all cities share.
-- $1 text: subject, $2 integer: position
select c.feed, c.position, c.published_at, c.subject, c.activity, c.description
from (select city from city union all select 'vocabulary') f (feed)
join chronicle c on c.feed = f.feed and c.subject = $1 and c.position = $2
