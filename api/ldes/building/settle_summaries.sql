-- Write down under which sequence hours and days were published; what changed meanwhile stays due.
-- $1 int[] datastreams, $2 text[] periods, $3 timestamptz[] begins, $4 timestamptz[] when they had
-- changed, $5 bigint[] sequences, $6 boolean[] whether withdrawn
with told as (
    select *
    from unnest(
        $1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::boolean[]
    ) as w (datastream_id, period, bucket_start, changed_at, sequence, withdrawn)
),
-- In the aggregator's order, so that neither waits for the other in a circle.
held as (
    select y.datastream_id, y.period, y.bucket_start
    from summary as y
    join told using (datastream_id, period, bucket_start)
    order by y.period desc, y.datastream_id, y.bucket_start
    for update of y
)
update summary as y
set sequence = t.sequence,
    withdrawn = t.withdrawn,
    changed_at = case when y.changed_at = t.changed_at then null else y.changed_at end
from told as t
join held as h using (datastream_id, period, bucket_start)
where (y.datastream_id, y.period, y.bucket_start)
    = (t.datastream_id, t.period, t.bucket_start)
