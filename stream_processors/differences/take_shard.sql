-- Be the only one to work on a shard until the end of the transaction, if nobody else is: the only
-- one, then, who writes the differences of its registers.
-- $1 integer: shard
select pg_try_advisory_xact_lock(hashtext('difference'), $1)
