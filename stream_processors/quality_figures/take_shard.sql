-- Be the only one to work on a shard until the end of the transaction, if nobody else is: a note
-- that comes meanwhile is for the next.
-- $1 integer: shard
select pg_try_advisory_xact_lock(hashtext('quality'), $1)
