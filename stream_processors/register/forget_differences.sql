-- Make no more differences of datastreams that are no registers (any more); those that were made
-- stay.
-- $1 integer[]: datastreams
delete from difference where register_id = any($1)
