-- Add a batch to the one ordered log, and wake those who follow it.
-- $1 bigint: first sequence
-- $2 bigint: last sequence
-- $3 timestamptz: first published_at
-- $4 timestamptz: last published_at
-- $5 integer: number of observations
-- $6 bytea: the batch as schemas.publication packs it
-- $7 text: channel
with added as (
    insert into publication (
        first_sequence, last_sequence, published_from, published_to, observation_count, batch
    )
    values ($1, $2, $3, $4, $5, $6)
    returning last_sequence
)
select pg_notify($7, last_sequence::text) from added
