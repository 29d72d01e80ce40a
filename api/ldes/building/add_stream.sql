-- Begin a stream of a dataset; one that is there is left as it is.
-- $1 int dataset, $2 text kind
with added as (
    insert into event_stream (dataset_id, kind) values ($1, $2)
    on conflict (dataset_id, kind) do nothing
    returning event_stream_id
)
select event_stream_id from added
union all
select event_stream_id from event_stream where dataset_id = $1 and kind = $2
limit 1
