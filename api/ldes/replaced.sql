-- Which version each of these replaced.
-- $1 int[] datastreams, $2 timestamptz[] begins of their phenomena, $3 bigint[] sequences
select v.replaced_by, v.sequence
from unnest($1::int[], $2::timestamptz[], $3::bigint[])
    as w (datastream_id, phenomenon_start, sequence)
join observation_version as v
    on v.datastream_id = w.datastream_id
    and v.phenomenon_start = w.phenomenon_start
    and v.replaced_by = w.sequence
