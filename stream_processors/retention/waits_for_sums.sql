-- Whether something of what is to go is not summed up or counted yet.
-- $1 integer: dataset
-- $2 timestamptz: what lies before is to go
select exists (
    select from aggregate_task join datastream using (datastream_id)
    where dataset_id = $1 and bucket_start < $2
) or exists (
    select from quality_task join datastream using (datastream_id)
    where dataset_id = $1 and hour_start < $2
)
