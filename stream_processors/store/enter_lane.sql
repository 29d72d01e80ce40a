-- Wait for the publication lane: from here to the commit we are alone in giving sequences.
-- $1 bigint: the lane's lock
select pg_advisory_xact_lock($1)
