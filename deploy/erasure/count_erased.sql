-- Add to what an erasure has erased.
-- $1 bigint: erasure; $2 text: where; $3 bigint: how many
update erasure
set counts = counts || jsonb_build_object($2::text, coalesce((counts ->> $2)::bigint, 0) + $3)
where erasure_id = $1 and $3::bigint > 0
