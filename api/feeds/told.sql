-- What was last said of each subject of a feed.
-- $1 text: feed
select distinct on (subject) subject, activity, digest
from chronicle
where feed = $1
order by subject, position desc
