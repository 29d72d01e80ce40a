-- Begin an erasure, or go on with the same one that was not finished. Needs the lane: from its
-- commit on nobody stores anything of it.
-- $1 text: city; $2 text: thing; $3 integer: its id; $4 integer: datastream, or null
-- $5 timestamptz, $6 timestamptz: begin and end; $7 text: reason; $8 text: who asks
with unfinished as (
    select erasure_id
    from erasure
    where city = $1 and thing_id = $3 and datastream_id is not distinct from $4
        and from_time = $5 and to_time = $6 and finished_at is null
    order by erasure_id
    limit 1
),
begun as (
    insert into erasure (
        city, thing, thing_id, datastream_id, from_time, to_time, reason, asked_by
    )
    select $1, $2, $3, $4, $5, $6, $7, $8
    where not exists (select from unfinished)
    returning erasure_id
),
known as (
    update publication_lane
    set last_erasure = greatest(last_erasure, (select max(erasure_id) from begun))
)
select erasure_id from unfinished union all select erasure_id from begun
