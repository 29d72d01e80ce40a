-- When the first event of each of a row of pages or nodes was published.
-- $1 text: feed, $2 integer: first position, $3 integer: last position, $4 integer: positions of each
select c.position, c.published_at
from generate_series($2::integer, $3::integer, $4::integer) g (position)
join chronicle c on c.feed = $1 and c.position = g.position
order by c.position
