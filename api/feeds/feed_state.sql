-- A feed: whether there is one by that name, its last position, and the name of its city.
-- $1 text: feed
select
    c.name as city_name,
    (select max(position) from chronicle where feed = $1) as last_position
from (select $1::text as feed) f
left join city c on c.city = f.feed
where f.feed in ('catalogue', 'vocabulary') or c.city is not null
