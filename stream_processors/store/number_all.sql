-- Number a batch in which everything is new, if nothing was published since we looked; else no row
-- is returned. Sequences and milliseconds are given as in number_round.sql. Needs the lane.
-- $1 bigint: last sequence when we looked
-- $2 integer: observations in the batch
-- $3 integer: most observations in a millisecond
-- $4 bigint: the last erasure that the batch was prepared with
with lane as materialized (
    select
        greatest(last_published_at, date_trunc('milliseconds', clock_timestamp())) as from_time,
        last_published_at,
        published_in_last
    from publication_lane
    where last_sequence = $1::bigint and last_erasure = $4
),
numbers as materialized (
    select
        from_time,
        case when from_time = last_published_at then published_in_last else 0 end as slot
    from lane
),
lane_after as (
    update publication_lane
    set last_sequence = $1 + $2,
        last_published_at = n.from_time + ((n.slot + $2 - 1) / $3) * interval '1 millisecond',
        published_in_last = (n.slot + $2 - 1) % $3 + 1
    from numbers as n
)
insert into numbering (first_sequence, from_time, slot, most)
select $1 + 1, from_time, slot, $3::integer
from numbers
returning first_sequence, from_time, slot
