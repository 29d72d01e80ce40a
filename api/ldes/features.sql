-- What the observations of things are about, the newest of each thing first.
-- $1 int[] things, null for all
select feature_of_interest_id, thing_id, valid_from, feature -> 'geometry' as geometry
from feature_of_interest
where $1::int[] is null or thing_id = any($1)
order by thing_id, valid_from desc
