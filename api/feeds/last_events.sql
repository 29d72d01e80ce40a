-- The last event of each feed.
select distinct on (feed) feed, position, published_at
from chronicle
order by feed, position desc
