-- The observations of a run, with what tells their messages apart.
-- $1 bigint: last sequence before the run
select t.city, t.name, o.phenomenon_start, o.sequence
from observation as o
join datastream as d using (datastream_id)
join thing as t using (thing_id)
where o.sequence > $1 and o.reading_partition >= 0
