-- Be the only one to work on a shard until the end of the transaction, if nobody else is. Two
-- processes that sum up quarters of one hour would each miss the other's.
-- $1 integer: shard
select pg_try_advisory_xact_lock(hashtext('aggregate'), $1)
