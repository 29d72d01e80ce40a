-- What became of the readings of a city's profile so far.
-- $1 text: city; $2 text: profile that the topics name
select
    coalesce(sum(normalised), 0)::bigint as normalised,
    coalesce(sum(empty), 0)::bigint as empty,
    coalesce(sum(rejected), 0)::bigint as rejected,
    coalesce(sum(observations), 0)::bigint as observations,
    coalesce(sum(duplicates), 0)::bigint as duplicates,
    coalesce(sum(corrections), 0)::bigint as corrections
from account
where city = $1 and profile = $2
