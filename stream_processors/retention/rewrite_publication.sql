-- Publish less than before: a batch without what was removed. Its sequences stay taken, so that
-- there is no gap for those who follow.
-- $1 bigint: its first sequence
-- $2 integer: number of observations that are left
-- $3 bytea: the batch as schemas.publication packs it
update publication set observation_count = $2, batch = $3 where first_sequence = $1
