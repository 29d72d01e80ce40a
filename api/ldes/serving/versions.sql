-- Every version of an observation, with what replaced it.
-- $1 int datastream, $2 timestamptz begin of its phenomenon
select
    sequence, published_at, phenomenon_end, result_time, result_number, result_json, quality,
    null::bigint as replaced_by, null::timestamptz as replaced_at, false as withdrawn
from observation
where datastream_id = $1 and phenomenon_start = $2
union all
select
    sequence, published_at, phenomenon_end, result_time, result_number, result_json, quality,
    replaced_by, replaced_at, withdrawn
from observation_version
where datastream_id = $1 and phenomenon_start = $2
