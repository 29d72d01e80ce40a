-- Events of a feed, in their order.
-- $1 text: feed, $2 integer: first position, $3 integer: last position
select feed, position, published_at, subject, activity, description
from chronicle
where feed = $1 and position between $2 and $3
order by position
