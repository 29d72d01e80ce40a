-- Dead letters that a run brought from some topics: how many at each station, by reason; under the
-- empty reason all of the station.
-- $1 text[]: topics; $2 bigint: last dead letter before the run
select station, reason, count(*) as letters
from dead_letter cross join unnest(array_append(reasons, '')) as reason
where dead_letter_id > $2 and source = any($1)
group by station, reason
order by station, reason
