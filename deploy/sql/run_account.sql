-- What became of all readings so far.
select
    coalesce(sum(normalised), 0)::bigint as normalised,
    coalesce(sum(empty), 0)::bigint as empty,
    coalesce(sum(rejected), 0)::bigint as rejected,
    coalesce(sum(duplicates), 0)::bigint as duplicates
from account
